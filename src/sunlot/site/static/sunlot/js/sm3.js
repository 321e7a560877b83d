// SM3 (GB/T 32905-2016), for draws whose notice asks for the national hash.

import { BlockHash } from "./blocks.js";

const INITIAL = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];
const WORDS = new Int32Array(68);

// T_j turned left by j, as section 5.3.3 uses it.
const CONSTANTS = Int32Array.from({ length: 64 }, (_, j) => {
  const constant = j < 16 ? 0x79cc4519 : 0x7a879d8a;
  const bits = j % 32;
  return bits === 0 ? constant : (constant << bits) | (constant >>> (32 - bits));
});

/** A message in pieces: `update`, then `hex`, `bytes` or `words`; `reset` begins the next. */
export class Sm3 extends BlockHash {
  constructor() {
    super(INITIAL, compress);
  }
}

/** The 32 bytes of SM3 over a Uint8Array. */
export function sm3(data) {
  return new Sm3().update(data).bytes();
}

// Section 5.3.2.
function expand(bytes, at) {
  const w = WORDS;
  for (let j = 0, i = at; j < 16; j += 1, i += 4) {
    w[j] = (bytes[i] << 24) | (bytes[i + 1] << 16) | (bytes[i + 2] << 8) | bytes[i + 3];
  }
  for (let j = 16; j < 68; j += 1) {
    const r = w[j - 3];
    const x = w[j - 16] ^ w[j - 9] ^ ((r << 15) | (r >>> 17));
    const mixed = x ^ ((x << 15) | (x >>> 17)) ^ ((x << 23) | (x >>> 9));
    const q = w[j - 13];
    w[j] = mixed ^ ((q << 7) | (q >>> 25)) ^ w[j - 6];
  }
}

// Section 5.3.3.
function compress(state, bytes, at) {
  expand(bytes, at);
  const w = WORDS;
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  for (let j = 0; j < 64; j += 1) {
    const turned = (a << 12) | (a >>> 20);
    const sum = (turned + e + CONSTANTS[j]) | 0;
    const one = (sum << 7) | (sum >>> 25);
    const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
    const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
    const first = (ff + d + (one ^ turned) + (w[j] ^ w[j + 4])) | 0;
    const second = (gg + h + one + w[j]) | 0;
    d = c;
    c = (b << 9) | (b >>> 23);
    b = a;
    a = first;
    h = g;
    g = (f << 19) | (f >>> 13);
    f = e;
    e = second ^ ((second << 9) | (second >>> 23)) ^ ((second << 17) | (second >>> 15));
  }
  state[0] ^= a;
  state[1] ^= b;
  state[2] ^= c;
  state[3] ^= d;
  state[4] ^= e;
  state[5] ^= f;
  state[6] ^= g;
  state[7] ^= h;
}
