import { loadSettings } from "../settings/load.ts";

/**
 * Whether what is appended should bring the text by which it can be found: whoever writes a part has it in memory, and the
 * projection would have to unpack it. Where the settings cannot be read it does not, and the projection does.
 */
export async function carriesText(env: Env, projectId: string): Promise<boolean> {
  try {
    return (await loadSettings(env, projectId)).search;
  } catch {
    return false;
  }
}
