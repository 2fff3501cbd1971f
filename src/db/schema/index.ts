export { apiKeys } from "./api-keys.ts";
export { deadLetters } from "./dead-letters.ts";
export { llmCalls } from "./llm-calls.ts";
export { priceLists } from "./price-lists.ts";
export { projects } from "./projects.ts";
export { repricings } from "./repricings.ts";
export { runs } from "./runs.ts";
export { segments } from "./segments.ts";
export { signInLinks, signIns } from "./sign-ins.ts";
