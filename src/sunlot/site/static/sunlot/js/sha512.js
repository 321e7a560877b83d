// SHA-512 (FIPS 180-4), which Ed25519 is built on. Each word of 64 bits is kept as two of 32, the upper one first.

import { fractions } from "./primes.js";

const halves = (words) => Int32Array.from(words.flatMap((word) => [Number(word >> 32n), Number(word & 0xffffffffn)]));
const CONSTANTS = halves(fractions(80, 3, 64));
const INITIAL = halves(fractions(8, 2, 64));

/** The 64 bytes of SHA-512 over a Uint8Array. */
export function sha512(data) {
  const padded = new Uint8Array(Math.ceil((data.length + 17) / 128) * 128);
  padded.set(data);
  padded[data.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(data.length / 0x20000000));
  view.setUint32(padded.length - 4, (data.length << 3) >>> 0);
  const state = INITIAL.slice();
  for (let block = 0; block < padded.length; block += 128) compress(state, expand(view, block));
  const out = new DataView(new ArrayBuffer(64));
  state.forEach((word, n) => out.setInt32(4 * n, word));
  return new Uint8Array(out.buffer);
}

// Words are added as [upper, lower]; the lower halves' sum may be of up to five words without losing a bit.
const carry = (lower) => Math.floor(lower / 0x100000000);
const low = (words, n) => words[2 * n + 1] >>> 0;
const right = (upper, lower, bits) => (bits < 32
  ? [(upper >>> bits) | (lower << (32 - bits)), (lower >>> bits) | (upper << (32 - bits))]
  : right(lower, upper, bits - 32));

function expand(view, block) {
  const w = new Int32Array(160);
  for (let t = 0; t < 32; t += 1) w[t] = view.getInt32(block + 4 * t);
  for (let t = 16; t < 80; t += 1) {
    const [a, b] = [w[2 * (t - 15)], w[2 * (t - 15) + 1]];
    const [c, d] = [w[2 * (t - 2)], w[2 * (t - 2) + 1]];
    const small = mixed(right(a, b, 1), right(a, b, 8), [a >>> 7, (b >>> 7) | (a << 25)]);
    const large = mixed(right(c, d, 19), right(c, d, 61), [c >>> 6, (d >>> 6) | (c << 26)]);
    const lower = low(w, t - 16) + (small[1] >>> 0) + low(w, t - 7) + (large[1] >>> 0);
    w[2 * t] = w[2 * (t - 16)] + small[0] + w[2 * (t - 7)] + large[0] + carry(lower);
    w[2 * t + 1] = lower | 0;
  }
  return w;
}

const mixed = (x, y, z) => [x[0] ^ y[0] ^ z[0], x[1] ^ y[1] ^ z[1]];

function compress(state, w) {
  const v = state.slice();
  for (let t = 0; t < 80; t += 1) {
    const [a, A, b, B, c, C, d, D, e, E, f, F, g, G, h, H] = v;
    const upper = mixed(right(e, E, 14), right(e, E, 18), right(e, E, 41));
    const one = (H >>> 0) + (upper[1] >>> 0) + (((E & F) ^ (~E & G)) >>> 0) + low(CONSTANTS, t) + low(w, t);
    const oneUpper = (h + upper[0] + ((e & f) ^ (~e & g)) + CONSTANTS[2 * t] + w[2 * t] + carry(one)) | 0;
    const lower = mixed(right(a, A, 28), right(a, A, 34), right(a, A, 39));
    const two = (lower[1] >>> 0) + (((A & B) ^ (A & C) ^ (B & C)) >>> 0);
    const twoUpper = (lower[0] + ((a & b) ^ (a & c) ^ (b & c)) + carry(two)) | 0;
    const oneLower = one | 0;
    const sum = (oneLower >>> 0) + (two >>> 0);
    const next = (D >>> 0) + (oneLower >>> 0);
    v.copyWithin(2, 0, 14);
    v[0] = oneUpper + twoUpper + carry(sum);
    v[1] = sum;
    v[8] = d + oneUpper + carry(next);
    v[9] = next;
  }
  for (let n = 0; n < 8; n += 1) {
    const sum = low(state, n) + low(v, n);
    state[2 * n] += v[2 * n] + carry(sum);
    state[2 * n + 1] = sum;
  }
}
