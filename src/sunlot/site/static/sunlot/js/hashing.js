// The hash that a notice asks for, over text and bytes.

import { Sha256 } from "./sha256.js";
import { Sm3 } from "./sm3.js";
import { utf8 } from "./text.js";

const HASHERS = { sha256: Sha256, sm3: Sm3 };

/** A hash by its name in the notice, for pieces: `update`, then `hex`, `bytes` or `words`; `reset` begins anew. */
export const hasher = (name) => new HASHERS[name]();

/** H(x) of the protocol: 64 lowercase hex digits of a text or of bytes. */
export function digest(name, message) {
  return hasher(name).update(typeof message === "string" ? utf8(message) : message).hex();
}

/** The 32 bytes of SHA-256 over several pieces, one behind the other. */
export function sha256(...pieces) {
  const hash = new Sha256();
  for (const piece of pieces) hash.update(piece);
  return hash.bytes();
}
