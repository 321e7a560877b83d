// Talking to the server. Three things may go wrong: no network, nobody signed in, and a refusal, which has words.

const ROOT = "/field/api/";
const PATIENCE = 45_000;

export class Offline extends Error {}
export class SignedOut extends Error {}

export class Refusal extends Error {
  constructor(status, answer) {
    super(answer.refused ?? "服务器没有接受，请稍后再试。");
    this.status = status;
    this.answer = answer;
  }
}

const cookie = (name) => document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

/** Ask for JSON; with `body` (an object, or bytes) it is a POST. */
export async function ask(path, body) {
  const posts = body !== undefined;
  const bytes = body instanceof Uint8Array;
  let answer;
  let data;
  try {
    answer = await fetch(ROOT + path, {
      method: posts ? "POST" : "GET",
      headers: posts ? { "X-CSRFToken": cookie("csrftoken"), "Content-Type": bytes ? "application/octet-stream" : "application/json" } : {},
      body: posts ? (bytes ? body : JSON.stringify(body)) : undefined,
      credentials: "same-origin",
      cache: "no-store",
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
    data = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : null;
  } catch {
    throw new Offline();
  }
  if (answer.ok && data) return data;
  if (answer.type === "opaqueredirect" || answer.status === 401) throw new SignedOut();
  if (data) throw new Refusal(answer.status, data);
  if (answer.status === 404) throw new Refusal(404, { refused: "这份检查表已不在您名下，或已撤销。" });
  if (answer.status === 403) throw new SignedOut(); // the form's token is of an earlier session
  throw new Offline(); // 5xx: as good as no network; it is tried again
}
