import { type Convention, setStep } from "./convention.ts";
import { addMetadata } from "./metadata.ts";
import { normaliseProvider } from "./providers.ts";
import { rawContent } from "./raw.ts";
import { label } from "./values.ts";

/**
 * Cloudflare's AI Gateway: one span for each request that went through it. It has no operation; the caller's metadata are
 * attributes without a prefix. Its tokens are named as in the GenAI conventions.
 * @see https://developers.cloudflare.com/ai-gateway/observability/otel-integration/
 */
export const aiGateway: Convention = {
  name: "cloudflare_ai_gateway",

  detect({ attributes }) {
    return attributes["gen_ai.model.provider"] !== undefined || attributes["gen_ai.prompt_json"] !== undefined;
  },

  read(draft, { attributes: a }) {
    draft.model ??= label(a["gen_ai.request.model"]);
    const embedding = draft.model?.includes("embed") === true;
    setStep(draft, embedding ? "embedding" : "llm");
    draft.operation ??= embedding ? "embeddings" : "chat";
    const provider = label(a["gen_ai.model.provider"]);
    if (provider !== undefined) draft.provider ??= normaliseProvider(provider);
    draft.session_id ??= label(a.session_id) ?? label(a.sessionId);
    draft.user_id ??= label(a.user_id) ?? label(a.userId);
    // All names of others have a dot.
    for (const key in a) if (!key.includes(".") && !addMetadata(draft, key, a[key])) break;
  },

  raw({ attributes: a }) {
    return rawContent(a["gen_ai.prompt_json"], a["gen_ai.completion_json"], true);
  },
};
