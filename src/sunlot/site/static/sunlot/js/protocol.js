// What a contributor's device computes for itself (docs/spec/draw-protocol.md, Commit and reveal).

import { digest } from "./hashing.js";

/** The commitment of a contributor to its number. */
export function commitment(hashName, draw, attempt, contributor, nonce) {
  return digest(hashName, `sunlot-draw/1 commit\n${draw}/${attempt}\n${contributor}\n${nonce}\n`);
}

/** A new secret number: 32 bytes of the browser's cryptographic generator. */
export function newNonce() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
