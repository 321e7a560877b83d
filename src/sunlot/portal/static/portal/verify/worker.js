// The verification in the background, so that the page stays alive.

import { Session } from "./session.js";

/** Answer the messages that come to a worker's global scope. */
export function serve(scope) {
  const session = new Session((told) => scope.postMessage(told));
  scope.addEventListener("message", ({ data }) => session.answer(data));
}

if (typeof document === "undefined") serve(globalThis);
