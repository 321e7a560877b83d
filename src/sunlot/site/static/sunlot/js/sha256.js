// SHA-256 (FIPS 180-4). Our own, for browsers on a meeting room's network have no crypto.subtle without HTTPS.

import { BlockHash } from "./blocks.js";
import { fractions } from "./primes.js";

// Sections 4.2.2 and 5.3.3: the fractional parts of the cube and square roots of the first primes.
const CONSTANTS = Int32Array.from(fractions(64, 3, 32), Number);
const INITIAL = Int32Array.from(fractions(8, 2, 32), Number);
const SCHEDULE = new Int32Array(64);

/** A message in pieces: `update`, then `hex`, `bytes` or `words`; `reset` begins the next. */
export class Sha256 extends BlockHash {
  constructor() {
    super(INITIAL, compress);
  }
}

/** The 32 bytes of SHA-256 over a Uint8Array. */
export function sha256(data) {
  return new Sha256().update(data).bytes();
}

// Section 6.2.2.
function compress(state, bytes, at) {
  const w = SCHEDULE;
  for (let t = 0, i = at; t < 16; t += 1, i += 4) {
    w[t] = (bytes[i] << 24) | (bytes[i + 1] << 16) | (bytes[i + 2] << 8) | bytes[i + 3];
  }
  for (let t = 16; t < 64; t += 1) {
    const x = w[t - 15];
    const y = w[t - 2];
    const small = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const large = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[t] = (w[t - 16] + small + w[t - 7] + large) | 0;
  }
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  for (let t = 0; t < 64; t += 1) {
    const upper = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const one = (h + upper + ((e & f) ^ (~e & g)) + CONSTANTS[t] + w[t]) | 0;
    const lower = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const two = (lower + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}
