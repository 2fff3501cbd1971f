/** A line or a file to paste, and where it goes. */
export interface Paste {
  where: string;
  text: string;
}

/** How one client is connected. */
export interface McpClient {
  id: string;
  title: string;
  /** What to do by hand, in order. */
  steps: string[];
  pastes: Paste[];
  /** Opens the client with the server filled in. */
  link?: { label: string; href: string };
  /** It connects from its own servers: an address of this machine means nothing there. */
  fromOutside?: boolean;
  /** It has no field for a header: people sign in. */
  oauthOnly?: boolean;
}

const NAME = "runlight";

/** The address that clients are given. */
export const mcpUrl = (origin: string): string => `${origin}/mcp`;

/**
 * Every client with its lines filled in.
 * @param key null = the client signs in by OAuth; else the key that it sends as a header
 */
export function mcpClients(origin: string, key: string | null): McpClient[] {
  const url = mcpUrl(origin);
  const bearer = key === null ? null : `Bearer ${key}`;
  const headers = bearer === null ? {} : { headers: { Authorization: bearer } };
  const shellHeader = bearer === null ? "" : ` --header "Authorization: ${bearer}"`;
  return [
    {
      id: "claude-code",
      title: "Claude Code",
      steps:
        key === null
          ? ["Run the line, then type /mcp in Claude Code, choose runlight and sign in."]
          : ["Run the line."],
      pastes: [{ where: "Shell", text: `claude mcp add --transport http ${NAME} ${url}${shellHeader}` }],
    },
    {
      id: "claude",
      title: "Claude, web and apps",
      steps: [
        "Open Customize, then Connectors; in a team, an owner does so in the organisation's settings.",
        "Press +, then Add custom connector, and give it the name Runlight and this address. The client id and secret stay empty.",
        "Press Connect and sign in here.",
      ],
      pastes: [{ where: "Remote MCP server URL", text: url }],
      link: { label: "Open Claude's connectors", href: "https://claude.ai/customize/connectors" },
      fromOutside: true,
      oauthOnly: true,
    },
    {
      id: "chatgpt",
      title: "ChatGPT",
      steps: [
        "In the settings, open Apps & Connectors, then Advanced settings, and switch Developer mode on; in a workspace, an admin allows it first.",
        "Back in Apps & Connectors, press Create. Name it Runlight, paste the address, choose OAuth, and sign in here.",
        "In a chat, press +, and choose Runlight under Developer mode.",
      ],
      pastes: [{ where: "MCP server URL", text: url }],
      fromOutside: true,
      oauthOnly: true,
    },
    {
      id: "cursor",
      title: "Cursor",
      steps: ["Use the link, or paste this into the file. Cursor asks you to sign in if no key is in it."],
      pastes: [{ where: "~/.cursor/mcp.json", text: json({ mcpServers: { [NAME]: { url, ...headers } } }) }],
      link: {
        label: "Add to Cursor",
        href: `cursor://anysphere.cursor-deeplink/mcp/install?${new URLSearchParams({ name: NAME, config: btoa(JSON.stringify({ url, ...headers })) })}`,
      },
    },
    {
      id: "vscode",
      title: "VS Code",
      steps: ["Use the link, run the line, or paste this into the file. The tools are in Copilot's agent mode."],
      pastes: [
        { where: "Shell", text: `code --add-mcp '${JSON.stringify({ name: NAME, type: "http", url, ...headers })}'` },
        { where: "or .vscode/mcp.json", text: json(vsCodeFile(url, key !== null)) },
      ],
      link: {
        label: "Add to VS Code",
        href: `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name: NAME, type: "http", url, ...headers }))}`,
      },
    },
    {
      id: "codex",
      title: "Codex",
      steps: ["Run the lines. The CLI, the extension and the desktop app read the same file."],
      pastes: [
        {
          where: "Shell",
          text:
            key === null
              ? `codex mcp add ${NAME} --url ${url}\ncodex mcp login ${NAME}`
              : `export RUNLIGHT_API_KEY="${key}"\ncodex mcp add ${NAME} --url ${url} --bearer-token-env-var RUNLIGHT_API_KEY`,
        },
        {
          where: "or ~/.codex/config.toml",
          text: `[mcp_servers.${NAME}]\nurl = "${url}"${key === null ? "" : '\nbearer_token_env_var = "RUNLIGHT_API_KEY"'}`,
        },
      ],
    },
    {
      id: "gemini",
      title: "Gemini CLI",
      steps:
        key === null
          ? ["Run the line, then type /mcp auth runlight in Gemini CLI and sign in."]
          : ["Run the line, or paste this into the file."],
      pastes: [
        { where: "Shell", text: `gemini mcp add --scope user --transport http ${NAME} ${url}${shellHeader}` },
        {
          where: "or ~/.gemini/settings.json",
          text: json({ mcpServers: { [NAME]: { url, type: "http", ...headers } } }),
        },
      ],
    },
    {
      id: "inspector",
      title: "MCP Inspector",
      steps: ["The first line opens it in the browser; the second lists the tools in the shell."],
      pastes: [
        {
          where: "Shell",
          text: `npx @modelcontextprotocol/inspector --transport http --server-url ${url}${shellHeader}`,
        },
        {
          where: "Shell",
          text: `npx @modelcontextprotocol/inspector --cli ${url} --method tools/list${shellHeader}`,
        },
      ],
    },
    {
      id: "other",
      title: "Any other client",
      steps: ["The transport is Streamable HTTP. Most clients that have a file read this form of it."],
      pastes: [
        { where: "Address", text: url },
        { where: "File", text: json({ mcpServers: { [NAME]: { type: "http", url, ...headers } } }) },
      ],
    },
  ];
}

/** A file that goes into a repository: it asks for the key and does not hold it. */
function vsCodeFile(url: string, withKey: boolean) {
  if (!withKey) return { servers: { [NAME]: { type: "http", url } } };
  const id = "runlight-key";
  return {
    inputs: [{ type: "promptString", id, description: "Runlight API key", password: true }],
    servers: { [NAME]: { type: "http", url, headers: { Authorization: `Bearer \${input:${id}}` } } },
  };
}

const json = (value: object) => JSON.stringify(value, null, 2);

/** Whether others than this machine can reach an address. */
export function isLocal(hostname: string): boolean {
  return (
    /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[)/.test(hostname) || hostname.endsWith(".local")
  );
}
