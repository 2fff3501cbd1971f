import { AppBridge, PostMessageTransport } from "@modelcontextprotocol/ext-apps/app-bridge";

interface Host {
  /** Asks the server, from outside the page. */
  callTool(params: unknown): Promise<never>;
  /** What the view tells of itself. */
  heard(what: string, value: unknown): Promise<void>;
}

/** A chat client, as far as a view sees one: the SDK's bridge around a frame that may run scripts and nothing else. */
async function show(html: string, input: Record<string, unknown>, result: never, theme: "light" | "dark") {
  const { callTool, heard } = window as unknown as Host;
  const frame = document.createElement("iframe");
  frame.sandbox.add("allow-scripts");
  frame.srcdoc = html;
  frame.style.cssText = "width: 100%; height: 460px; border: 0";
  document.body.append(frame);
  const capabilities = { openLinks: {}, serverTools: {}, updateModelContext: { text: {} } };
  const bridge = new AppBridge(null, { name: "test-host", version: "1" }, capabilities, { hostContext: { theme } });
  bridge.oncalltool = (params) => callTool(params);
  bridge.onopenlink = async ({ url }) => {
    await heard("link", url);
    return {};
  };
  bridge.onupdatemodelcontext = async ({ content }) => {
    await heard("context", content);
    return {};
  };
  bridge.oninitialized = () => {
    void bridge.sendToolInput({ arguments: input });
    void bridge.sendToolResult(result);
  };
  const view = frame.contentWindow as Window;
  await bridge.connect(new PostMessageTransport(view, view));
}

Object.assign(window, { show });
