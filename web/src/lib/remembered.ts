/** A size that the reader chose earlier in this browser. */
export function rememberedSize(name: string, usual: number): number {
  try {
    const kept = Number(localStorage.getItem(`runlight.size.${name}`));
    return kept > 0 ? kept : usual;
  } catch {
    return usual;
  }
}
