export { apiKeys } from "./api-keys.ts";
export { deadLetters } from "./dead-letters.ts";
export { llmCalls } from "./llm-calls.ts";
export { projects } from "./projects.ts";
export { runs } from "./runs.ts";
export { segments } from "./segments.ts";
export { signInLinks, signIns } from "./sign-ins.ts";
