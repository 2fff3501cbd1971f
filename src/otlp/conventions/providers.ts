/** Names that clients send, by the name that OpenTelemetry's GenAI conventions give the provider. */
const NAMES: { [semconv: string]: string[] } = {
  openai: ["openai-native", "openai-responses", "openai_chat"],
  anthropic: ["claude"],
  "aws.bedrock": ["aws", "bedrock", "amazon-bedrock", "amazon_bedrock", "aws_bedrock", "bedrock_converse"],
  "azure.ai.openai": ["azure", "azure-openai", "azure_openai", "az.ai.openai", "azure.openai"],
  "azure.ai.inference": ["az.ai.inference", "azure_ai", "azure-ai", "azure_ai_inference"],
  "gcp.gemini": ["gemini", "google.generative-ai", "google_genai", "google-genai", "google_ai_studio", "googleai"],
  "gcp.vertex_ai": [
    "vertex_ai",
    "vertexai",
    "vertex-ai",
    "vertex",
    "google.vertex",
    "google_vertexai",
    "google-vertex",
  ],
  "gcp.gen_ai": ["google"],
  "ibm.watsonx.ai": ["watsonx", "ibm_watsonx", "ibm.watsonx"],
  mistral_ai: ["mistral", "mistralai", "mistral-ai"],
  x_ai: ["xai", "x.ai", "grok"],
  moonshot_ai: ["moonshot", "moonshotai"],
  cohere: [],
  deepseek: [],
  groq: ["groqcloud"],
  perplexity: ["perplexityai"],
  ollama: [],
};

const BY_NAME = new Map<string, string>();
for (const [semconv, others] of Object.entries(NAMES)) {
  for (const name of [semconv, ...others]) BY_NAME.set(name, semconv);
}

/** No known name is near it. A long name of nothing but dots would cost a look-up for each. */
const MAX_NAME = 64;

/**
 * The provider as OpenTelemetry's GenAI conventions spell it: `OpenAI` and `openai.responses` are `openai`. A name that
 * is not known stays as sent, in lower case.
 */
export function normaliseProvider(sent: string): string {
  const known = BY_NAME.get(sent);
  if (known !== undefined) return known;
  const name = sent.trim().toLowerCase();
  if (name.length > MAX_NAME) return name;
  // Vercel's and Mastra's names end in the API that was called: `openai.chat`, `google.vertex.chat`, `anthropic.messages`.
  for (let end = name.length; end > 0; end = name.lastIndexOf(".", end - 1)) {
    const stem = BY_NAME.get(name.slice(0, end));
    if (stem !== undefined) return stem;
  }
  return name;
}
