import type { AttributeValue } from "../../events/span.ts";
import type { FactsDraft } from "./convention.ts";
import { metadataObject } from "./metadata.ts";
import { label, labelOrNumber } from "./values.ts";

/** Keeps which managed prompt a call was made with. Name and version are of one source, or they would not fit together. */
export function addPrompt(
  draft: FactsDraft,
  name: AttributeValue | undefined,
  version: AttributeValue | undefined,
): void {
  if (draft.prompt_name !== undefined || draft.prompt_version !== undefined) return;
  draft.prompt_name = label(name);
  draft.prompt_version = labelOrNumber(version);
}

/** The same of a prompt that was sent as an object or its JSON: Langfuse's and Braintrust's. */
export function addPromptOf(draft: FactsDraft, sent: unknown): void {
  const prompt = metadataObject(sent) as { [field: string]: AttributeValue } | undefined;
  if (prompt === undefined) return;
  const name = label(prompt.name) ?? label(prompt.slug) ?? label(prompt.key) ?? label(prompt.id);
  if (name !== undefined) addPrompt(draft, name, prompt.version);
}
