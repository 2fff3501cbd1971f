import { session } from "#lib/session.svelte.ts";
import { type Settings, settingsApi } from "./settings-api.ts";

/** What a project that kept everything is offered when it chooses a number of days. */
const OFFERED_DAYS = 90;

/** The form of the settings page: what is stored, what is typed, and what became of saving it. */
export class SettingsForm {
  /** null while a field is empty. */
  stallMinutes = $state<number | null>(null);
  forEver = $state(true);
  days = $state<number | null>(OFFERED_DAYS);
  search = $state(true);
  monitors = $state(true);

  error = $state.raw<unknown>(null);
  saving = $state(false);
  /** Why it was not saved, in words. */
  problem = $state("");
  #stored = $state.raw<Settings | null>(null);
  /** What was saved last from here: it is said until something else is typed. */
  #saved = $state.raw<Settings | null>(null);

  readonly loaded = $derived(this.#stored !== null);
  readonly changed = $derived(
    this.#stored !== null &&
      (this.stallMinutes !== this.#stored.stall_after_minutes ||
        this.#typedDays !== this.#stored.retention_days ||
        this.search !== this.#stored.search ||
        this.monitors !== this.#stored.monitors),
  );
  readonly saved = $derived(this.#saved !== null && !this.changed);

  #abort = new AbortController();

  get #typedDays(): number | null {
    return this.forEver ? null : this.days;
  }

  start(): () => void {
    this.load();
    return () => this.#abort.abort();
  }

  async load(): Promise<void> {
    const { signal } = this.#abort;
    this.error = null;
    try {
      this.#take(await settingsApi.get(signal));
    } catch (error) {
      if (!signal.aborted) this.error = error;
    }
  }

  async save(): Promise<void> {
    if (this.saving || this.#stored === null || this.stallMinutes === null) return;
    if (!this.forEver && this.days === null) return;
    this.saving = true;
    this.problem = "";
    try {
      // With what a later version of the API has and this page does not show: it replaces the whole.
      const settings = await settingsApi.put({
        ...this.#stored,
        stall_after_minutes: this.stallMinutes,
        retention_days: this.#typedDays,
        search: this.search,
        monitors: this.monitors,
      });
      this.#take(settings);
      this.#saved = settings;
      if (session.me) session.me.project.stall_after_minutes = settings.stall_after_minutes;
    } catch (error) {
      this.problem = `The settings were not saved. ${error instanceof Error ? error.message : ""}`;
    } finally {
      this.saving = false;
    }
  }

  #take(settings: Settings): void {
    this.#stored = settings;
    this.stallMinutes = settings.stall_after_minutes;
    this.search = settings.search;
    this.monitors = settings.monitors;
    this.forEver = settings.retention_days === null;
    if (settings.retention_days !== null) this.days = settings.retention_days;
  }
}
