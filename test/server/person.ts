import { KEY } from "./harness.ts";

/**
 * What a person does whom a client sends to the consent page: signs in, looks at it, ticks these scopes and allows.
 * @param address of the page, with what the client asks
 * @returns where the browser is led, at the client, with the code
 */
export async function letIn(address: string, scopes: readonly string[] = ["read", "write"]): Promise<URL> {
  const { origin } = new URL(address);
  const signedIn = await fetch(`${origin}/api/auth/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ key: KEY }),
  });
  const cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
  const page = await (await fetch(address, { headers: { cookie } })).text();
  const proof = /name="proof" value="([^"]+)"/.exec(page)?.[1] ?? "";
  const fields = [["proof", proof], ["decision", "allow"], ...scopes.map((scope) => ["scope", scope])];
  const answer = await fetch(address, {
    method: "POST",
    headers: { cookie, origin },
    body: new URLSearchParams(fields),
    redirect: "manual",
  });
  return new URL(answer.headers.get("location") ?? "", origin);
}
