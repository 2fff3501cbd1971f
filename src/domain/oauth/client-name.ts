/** What a client calls itself, without what cannot be seen: it could turn the words around it, or look like no name at all. */
export function plainName(name: string): string {
  return name.replace(/\p{C}/gu, "").trim().slice(0, 200) || "An app without a name";
}
