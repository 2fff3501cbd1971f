/** What Pages reads from `_routes.json`: which paths go to the Function; all others are files. */
export interface Routes {
  include: string[];
  exclude: string[];
}

/** Pages' rule: `*` stands for anything, a last slash is optional, and an exclusion wins over an inclusion. */
export function makeMatcher({ include, exclude }: Routes): (path: string) => boolean {
  const included = include.map(toPattern);
  const excluded = exclude.map(toPattern);
  return (path) => included.some((rule) => rule.test(path)) && !excluded.some((rule) => rule.test(path));
}

function toPattern(rule: string): RegExp {
  const quote = (text: string) => text.replace(/[\\^$.+?()[\]{}|]/g, "\\$&").replaceAll("*", ".*");
  if (rule === "/" || rule === "/*") return new RegExp(`^${quote(rule)}$`);
  // /api/* also takes /api
  if (rule.endsWith("/*")) return new RegExp(`^${quote(rule.slice(0, -2))}(?:/.*)?$`);
  if (rule.endsWith("*")) return new RegExp(`^${quote(rule)}$`);
  return new RegExp(`^${quote(rule.replace(/\/$/, ""))}/?$`);
}
