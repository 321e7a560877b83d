// What a contributor's device computes for itself (docs/spec/draw-protocol.md, Commit and reveal).

import { sha256 } from "./sha256.js";
import { sm3 } from "./sm3.js";

const HASHES = { sha256, sm3 };

/** 64 lowercase hex digits of text or bytes under the notice's hash, "sha256" or "sm3". */
export function digest(hashName, message) {
  const bytes = typeof message === "string" ? new TextEncoder().encode(message) : message;
  return hex(HASHES[hashName](bytes));
}

/** The commitment of a contributor to its number. */
export function commitment(hashName, draw, attempt, contributor, nonce) {
  return digest(hashName, `sunlot-draw/1 commit\n${draw}/${attempt}\n${contributor}\n${nonce}\n`);
}

/** A new secret number: 32 bytes of the browser's cryptographic generator. */
export function newNonce() {
  return hex(crypto.getRandomValues(new Uint8Array(32)));
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
