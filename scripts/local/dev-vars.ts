/** Reads the lines of a .dev.vars file (NAME=value, optional quotes, # comments): the secrets of the local Worker. */
export function parseDevVars(text: string): Record<string, string> {
  const vars: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line);
    if (!match) continue;
    const [, name = "", raw = ""] = match;
    const quoted = /^(["'`])([\s\S]*)\1/.exec(raw);
    vars[name] = quoted ? (quoted[2] ?? "") : raw.replace(/\s+#.*$/, "");
  }
  return vars;
}

/** The text with NAME set to the value: its line replaced, or one added at the end. Other lines stay as they are. */
export function setDevVar(text: string, name: string, value: string): string {
  const line = `${name}=${value}`;
  const old = new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=.*$`, "m");
  if (old.test(text)) return text.replace(old, () => line);
  return text === "" || text.endsWith("\n") ? `${text}${line}\n` : `${text}\n${line}\n`;
}
