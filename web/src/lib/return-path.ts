/**
 * Where to go after signing in: a path of ours, or the start page. The address comes from a link that anybody may have
 * written, so nothing that a browser could read as another site passes.
 */
export function returnPath(wanted: string | null): string {
  if (!wanted?.startsWith("/") || /^\/[/\\]/.test(wanted) || wanted.startsWith("/sign-in")) return "/";
  // Browsers drop tabs and line ends inside addresses, which would turn "/\t/evil" into "//evil".
  return /[\t\r\n]/.test(wanted) ? "/" : wanted;
}
