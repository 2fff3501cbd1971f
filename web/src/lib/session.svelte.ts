import { ApiError, api, type Me } from "./api.ts";

/** Who is signed in. null until known. */
class Session {
  me = $state<Me | null>(null);

  async load(): Promise<void> {
    try {
      this.me = await api.me();
    } catch (error) {
      // 401 is handled by the hook; anything else the page itself will meet and show.
      if (!(error instanceof ApiError)) throw error;
    }
  }
}

export const session = new Session();
