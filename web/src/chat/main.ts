import { App } from "@modelcontextprotocol/ext-apps";
import { mount } from "svelte";
import Chat from "./Chat.svelte";
import { ChatView } from "./chat-view.svelte.ts";
import "./chat.css";

const app = new App({ name: "runlight-waterfall", version: "1" }, {}, { autoResize: true });
const view = new ChatView(app);

app.ontoolinput = ({ arguments: given }) => show(given?.id);
app.ontoolresult = ({ structuredContent }) =>
  show((structuredContent as { run?: { id?: unknown } } | undefined)?.run?.id);
app.onhostcontextchanged = ({ theme }) => wear(theme);
app.onteardown = () => {
  view.close();
  return {};
};

function show(id: unknown): void {
  if (typeof id === "string") void view.show(id);
}

function wear(theme: string | undefined): void {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}

mount(Chat, { target: document.getElementById("view") as HTMLElement, props: { view, app } });
await app.connect();
wear(app.getHostContext()?.theme);
