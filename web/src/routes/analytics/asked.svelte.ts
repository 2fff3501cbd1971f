/** A question to the API: its last answer stays on the screen until the next one is here. */
export class Asked<T> {
  data = $state.raw<T | null>(null);
  error = $state.raw<unknown>(null);
  /** Whether an answer to another question than the last is awaited. */
  loading = $state(true);

  #request = new AbortController();

  /** @param again the same question, a minute later: what is on the screen stays as it is, also if this one fails */
  async ask(question: (signal: AbortSignal) => Promise<T>, again = false): Promise<void> {
    this.#request.abort();
    this.#request = new AbortController();
    const { signal } = this.#request;
    if (!again || this.data === null) this.loading = true;
    try {
      const answer = await question(signal);
      if (signal.aborted) return;
      this.data = answer;
      this.error = null;
    } catch (error) {
      if (signal.aborted || (again && this.data !== null)) return;
      this.error = error;
      this.data = null;
    }
    this.loading = false;
  }

  end(): void {
    this.#request.abort();
  }
}
