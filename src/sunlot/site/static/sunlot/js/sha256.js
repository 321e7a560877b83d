// SHA-256 (FIPS 180-4). Our own, for browsers on a meeting room's network have no crypto.subtle without HTTPS.

const CONSTANTS = new Uint32Array(64);
const INITIAL = new Uint32Array(8);

// Section 4.2.2 and 5.3.3: the fractional parts of the cube and square roots of the first primes.
for (let candidate = 2, found = 0; found < 64; candidate += 1) {
  let prime = true;
  for (let factor = 2; factor * factor <= candidate; factor += 1) prime = prime && candidate % factor !== 0;
  if (!prime) continue;
  CONSTANTS[found] = fraction(candidate, 3);
  if (found < 8) INITIAL[found] = fraction(candidate, 2);
  found += 1;
}

// The first 32 bits behind the point of the square (2) or cube (3) root of a number, exactly, with integers alone:
// the largest r with r^degree <= number * 2^(32 * degree).
function fraction(number, degree) {
  const target = BigInt(number) << BigInt(32 * degree);
  let low = 0n;
  let high = 1n << 40n;
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** BigInt(degree) <= target) low = middle;
    else high = middle - 1n;
  }
  return Number(low & 0xffffffffn);
}

const turn = (word, bits) => (word >>> bits) | (word << (32 - bits));

/** The 32 bytes of SHA-256 over a Uint8Array. */
export function sha256(data) {
  const padded = pad(data);
  const state = Uint32Array.from(INITIAL);
  const words = new Uint32Array(64);
  const view = new DataView(padded.buffer);
  for (let block = 0; block < padded.length; block += 64) {
    for (let t = 0; t < 16; t += 1) words[t] = view.getUint32(block + 4 * t);
    for (let t = 16; t < 64; t += 1) {
      const a = words[t - 15];
      const b = words[t - 2];
      const small = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3);
      const large = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10);
      words[t] = words[t - 16] + small + words[t - 7] + large;
    }
    compress(state, words);
  }
  return bytesOf(state);
}

function compress(state, words) {
  let [a, b, c, d, e, f, g, h] = state;
  for (let t = 0; t < 64; t += 1) {
    const upper = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const one = (h + upper + ((e & f) ^ (~e & g)) + CONSTANTS[t] + words[t]) | 0;
    const lower = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const two = (lower + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, n) => { state[n] += word; });
}

/** A message padded as SHA-256 and SM3 both do: a one bit, zeros, the length in bits. */
export function pad(data) {
  const padded = new Uint8Array(Math.ceil((data.length + 9) / 64) * 64);
  padded.set(data);
  padded[data.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(data.length / 0x20000000));
  view.setUint32(padded.length - 4, (data.length << 3) >>> 0);
  return padded;
}

/** The bytes of eight words, the most significant first. */
export function bytesOf(state) {
  const out = new Uint8Array(32);
  const view = new DataView(out.buffer);
  state.forEach((word, n) => view.setUint32(4 * n, word));
  return out;
}
