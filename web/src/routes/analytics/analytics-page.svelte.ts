import { analyticsApi, type CostAnswer, type LatencyAnswer, type OverviewAnswer } from "./analytics-api.ts";
import { Asked } from "./asked.svelte.ts";
import { apiQuery, type Granularity, granularityOf, type Span, type View } from "./view.ts";

/** What the page asks the API, part by part, so that what is slow or broken does not hold up the rest. */
export interface Questions {
  overview: URLSearchParams;
  cost: URLSearchParams;
  groups: URLSearchParams;
  latency: URLSearchParams;
  /** The groups without their series. */
  rows: URLSearchParams;
  granularity: Granularity;
  groupGranularity: Granularity;
}

export function questionsOf(view: View, span: Span, now: number): Questions {
  const granularity = granularityOf(span, now);
  const groupGranularity = granularityOf(span, now, view.group_by);
  const calls = (more: Record<string, string>) =>
    new URLSearchParams([...apiQuery(view, span), ...Object.entries(more)]);
  return {
    overview: new URLSearchParams([...apiQuery(view, span, ["service", "environment"]), ["compare", "previous"]]),
    cost: calls({ group_by: "none", granularity, compare: "previous" }),
    groups: calls({ group_by: view.group_by, granularity: groupGranularity }),
    latency: calls({ group_by: "none", granularity, compare: "previous" }),
    rows: calls({ group_by: view.group_by }),
    granularity,
    groupGranularity,
  };
}

/** An answer with what was asked: figures and steps that belong together. */
export interface Answered<T> {
  answer: T;
  granularity: Granularity;
}

export class AnalyticsPage {
  overview = new Asked<OverviewAnswer>();
  cost = new Asked<Answered<CostAnswer>>();
  groups = new Asked<Answered<CostAnswer>>();
  latency = new Asked<Answered<LatencyAnswer>>();
  groupLatency = new Asked<LatencyAnswer>();

  /** @param again the same a minute later */
  load(questions: Questions, again: boolean): void {
    const { granularity, groupGranularity } = questions;
    this.overview.ask((signal) => analyticsApi.overview(questions.overview, signal), again);
    this.cost.ask(async (signal) => ({ answer: await analyticsApi.cost(questions.cost, signal), granularity }), again);
    this.latency.ask(
      async (signal) => ({ answer: await analyticsApi.latency(questions.latency, signal), granularity }),
      again,
    );
    this.groups.ask(
      async (signal) => ({
        answer: await analyticsApi.cost(questions.groups, signal),
        granularity: groupGranularity,
      }),
      again,
    );
    this.groupLatency.ask((signal) => analyticsApi.latency(questions.rows, signal), again);
  }

  end(): void {
    for (const asked of [this.overview, this.cost, this.groups, this.latency, this.groupLatency]) asked.end();
  }
}
