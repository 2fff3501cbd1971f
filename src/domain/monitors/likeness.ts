/** Texts that are compared with the newest of them. */
export interface Texts {
  /** Adds a text, which becomes the newest; its number is how many there were. */
  add(content: ReadonlyMap<string, number>): void;
  /** TF-IDF cosine of the newest and the n-th, 0 to 1. */
  cosine(n: number): number;
}

/**
 * Weighs words by how rare they are in the texts so far. Later texts do not count: what was found of a step stays found,
 * whatever follows it.
 */
export function collectTexts(): Texts {
  const ids = new Map<string, number>();
  const documents: { ids: Int32Array; counts: Float64Array }[] = [];
  const frequency: number[] = [];
  let newest: number[] = [];
  let norm = 0;
  /** By how many texts have a word. */
  let weights: number[] = [];
  const weight = (id: number) => weights[frequency[id] as number] as number;
  // A word that is said ten times is not ten times as important.
  const damped = (count: number) => 1 + Math.log(count);

  return {
    add(content) {
      const document = { ids: new Int32Array(content.size), counts: new Float64Array(content.size) };
      let n = 0;
      for (const [term, count] of content) {
        let id = ids.get(term);
        if (id === undefined) {
          id = ids.size;
          ids.set(term, id);
          frequency.push(0);
        }
        frequency[id] = (frequency[id] as number) + 1;
        document.ids[n] = id;
        document.counts[n++] = damped(count);
      }
      documents.push(document);
      const count = documents.length;
      weights = Array.from({ length: count + 1 }, (_, df) => 1 + Math.log((1 + count) / (1 + df)));
      newest = new Array<number>(ids.size).fill(0);
      norm = 0;
      for (const [place, id] of document.ids.entries()) {
        const value = (document.counts[place] as number) * weight(id);
        newest[id] = value;
        norm += value * value;
      }
    },
    cosine(n) {
      const document = documents[n];
      if (!document || norm === 0) return 0;
      let dot = 0;
      let other = 0;
      for (let place = 0; place < document.ids.length; place++) {
        const id = document.ids[place] as number;
        const value = (document.counts[place] as number) * weight(id);
        dot += value * (newest[id] as number);
        other += value * value;
      }
      return other === 0 ? 0 : dot / Math.sqrt(norm * other);
    },
  };
}

/** Share of word triples that two texts have in common, 0 to 1 (Dice). */
export function sharedShingles(a: readonly string[], b: readonly string[]): number {
  const [inA, inB] = [shingles(a, 3), shingles(b, 3)];
  if (inA.size + inB.size === 0) return 0;
  let shared = 0;
  for (const shingle of inA) if (inB.has(shingle)) shared++;
  return (2 * shared) / (inA.size + inB.size);
}

/** The different runs of `length` words. */
export function shingles(words: readonly string[], length: number): Set<string> {
  const found = new Set<string>();
  for (let n = 0; n + length <= words.length; n++) found.add(words.slice(n, n + length).join(" "));
  return found;
}
