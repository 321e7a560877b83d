// SM3 (GB/T 32905-2016), for draws whose notice asks for the national hash.

import { bytesOf, pad } from "./sha256.js";

const INITIAL = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];

const turn = (word, bits) => (bits % 32 === 0 ? word : (word << bits % 32) | (word >>> (32 - (bits % 32))));
const mix = (word) => word ^ turn(word, 15) ^ turn(word, 23);
const permute = (word) => word ^ turn(word, 9) ^ turn(word, 17);

/** The 32 bytes of SM3 over a Uint8Array. */
export function sm3(data) {
  const padded = pad(data);
  const state = Uint32Array.from(INITIAL);
  const words = new Uint32Array(68);
  const view = new DataView(padded.buffer);
  for (let block = 0; block < padded.length; block += 64) {
    for (let j = 0; j < 16; j += 1) words[j] = view.getUint32(block + 4 * j);
    for (let j = 16; j < 68; j += 1) {
      const mixed = mix(words[j - 16] ^ words[j - 9] ^ turn(words[j - 3], 15));
      words[j] = mixed ^ turn(words[j - 13], 7) ^ words[j - 6];
    }
    compress(state, words);
  }
  return bytesOf(state);
}

function compress(state, words) {
  let [a, b, c, d, e, f, g, h] = state;
  for (let j = 0; j < 64; j += 1) {
    const constant = turn(j < 16 ? 0x79cc4519 : 0x7a879d8a, j);
    const rotated = turn(a, 12);
    const one = turn((rotated + e + constant) | 0, 7);
    const two = one ^ rotated;
    const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
    const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
    const first = (ff + d + two + (words[j] ^ words[j + 4])) | 0;
    const second = (gg + h + one + words[j]) | 0;
    [d, c, b, a] = [c, turn(b, 9), a, first];
    [h, g, f, e] = [g, turn(f, 19), e, permute(second)];
  }
  [a, b, c, d, e, f, g, h].forEach((word, n) => { state[n] ^= word; });
}
