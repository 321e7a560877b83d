// A QR code (ISO/IEC 18004) of a text: byte mode, error correction M, versions 1 to 10, up to 213 bytes.
//
// Written out because the code changes every 30 seconds and the phone has no network: the server can't draw it ahead (a
// day of one visit would be 2,880 pictures), and no Python package ships a QR encoder for browsers. A test compares every
// module with what the Python package qrcode makes of the same text, version and mask (segno pads with one zero byte more).

// Version → check bytes of a block, then blocks and data bytes of each of two groups (table 9 of the standard).
const BLOCKS = [null, [10, 1, 16, 0, 0], [16, 1, 28, 0, 0], [26, 1, 44, 0, 0], [18, 2, 32, 0, 0], [24, 2, 43, 0, 0],
  [16, 4, 27, 0, 0], [18, 4, 31, 0, 0], [22, 2, 38, 2, 39], [22, 3, 36, 2, 37], [26, 4, 43, 1, 44]];
const ALIGNED = [null, [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];
const MASKS = [
  (y, x) => (y + x) % 2 === 0, (y) => y % 2 === 0, (y, x) => x % 3 === 0, (y, x) => (y + x) % 3 === 0,
  (y, x) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0, (y, x) => (y * x) % 2 + (y * x) % 3 === 0,
  (y, x) => ((y * x) % 2 + (y * x) % 3) % 2 === 0, (y, x) => ((y + x) % 2 + (y * x) % 3) % 2 === 0,
];

// --- the field of 256 elements, by x⁸ + x⁴ + x³ + x² + 1 ---

const EXP = new Uint8Array(512);
const LOG = new Uint8Array(256);
for (let at = 0, value = 1; at < 255; at += 1) {
  EXP[at] = EXP[at + 255] = value;
  LOG[value] = at;
  value = (value << 1) ^ (value & 128 ? 0x11d : 0);
}
const times = (one, other) => (one && other ? EXP[LOG[one] + LOG[other]] : 0);

function generator(degree) {
  let found = [1];
  for (let root = 0; root < degree; root += 1) {
    const next = [...found, 0];
    found.forEach((value, at) => { next[at + 1] ^= times(value, EXP[root]); });
    found = next;
  }
  return found;
}

function checkBytes(data, degree) {
  const divisor = generator(degree);
  const rest = [...data, ...new Array(degree).fill(0)];
  data.forEach((_, at) => {
    const factor = rest[at];
    divisor.forEach((value, place) => { rest[at + place] ^= times(value, factor); });
  });
  return rest.slice(data.length);
}

// --- bytes ---

function capacity(version) {
  const [, first, small, second, large] = BLOCKS[version];
  return first * small + second * large;
}

function dataBytes(bytes, version) {
  const bits = [];
  const push = (value, count) => { for (let bit = count - 1; bit >= 0; bit -= 1) bits.push((value >> bit) & 1); };
  push(4, 4);
  push(bytes.length, version < 10 ? 8 : 16);
  bytes.forEach((byte) => push(byte, 8));
  const room = capacity(version) * 8;
  push(0, Math.min(4, room - bits.length));
  push(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0xec; bits.length < room; pad ^= 0xec ^ 0x11) push(pad, 8);
  return Array.from({ length: room / 8 }, (_, at) => bits.slice(at * 8, at * 8 + 8).reduce((sum, bit) => sum * 2 + bit, 0));
}

/** Data and check bytes, block by block interleaved. */
function codewords(bytes, version) {
  const [degree, first, small, second, large] = BLOCKS[version];
  const data = dataBytes(bytes, version);
  const blocks = [];
  for (let at = 0, block = 0; block < first + second; block += 1) {
    const length = block < first ? small : large;
    blocks.push(data.slice(at, at + length));
    at += length;
  }
  const checks = blocks.map((block) => checkBytes(block, degree));
  const found = [];
  for (let at = 0; at < Math.max(small, large); at += 1) for (const block of blocks) if (at < block.length) found.push(block[at]);
  for (let at = 0; at < degree; at += 1) for (const check of checks) found.push(check[at]);
  return found;
}

// --- modules ---

function remainder(value, divisor, width) {
  let rest = value << width;
  for (let bit = 31 - Math.clz32(rest); bit >= width; bit = 31 - Math.clz32(rest)) rest ^= divisor << (bit - width);
  return rest;
}

/** The patterns that no mask touches; null is a module for data. */
function frame(version) {
  const size = version * 4 + 17;
  const rows = Array.from({ length: size }, () => new Array(size).fill(null));
  const finder = (top, left) => {
    for (let y = -1; y < 8; y += 1) {
      for (let x = -1; x < 8; x += 1) {
        if (rows[top + y]?.[left + x] === undefined) continue;
        const ring = Math.max(Math.abs(y - 3), Math.abs(x - 3));
        rows[top + y][left + x] = ring !== 2 && ring < 4;
      }
    }
  };
  finder(0, 0); finder(0, size - 7); finder(size - 7, 0);
  for (const y of ALIGNED[version]) {
    for (const x of ALIGNED[version]) {
      if (rows[y][x] !== null) continue; // a finder is there
      for (let dy = -2; dy < 3; dy += 1) for (let dx = -2; dx < 3; dx += 1) rows[y + dy][x + dx] = Math.max(Math.abs(dy), Math.abs(dx)) !== 1;
    }
  }
  for (let at = 8; at < size - 8; at += 1) rows[6][at] = rows[at][6] = at % 2 === 0;
  for (let at = 0; at < 9; at += 1) { rows[8][at] ??= false; rows[at][8] ??= false; } // room of the format
  for (let at = size - 8; at < size; at += 1) { rows[8][at] ??= false; rows[at][8] ??= false; }
  rows[size - 8][8] = true;
  if (version > 6) {
    const bits = (version << 12) | remainder(version, 0x1f25, 12);
    for (let bit = 0; bit < 18; bit += 1) {
      const [far, near] = [size - 11 + (bit % 3), Math.floor(bit / 3)];
      rows[near][far] = rows[far][near] = Boolean((bits >> bit) & 1);
    }
  }
  return rows;
}

function fill(fixed, bytes, mask) {
  const size = fixed.length;
  const rows = fixed.map((row) => [...row]);
  let bit = 0;
  for (let right = size - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5; // the timing pattern
    for (let step = 0; step < size; step += 1) {
      const y = up ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (fixed[y][x] !== null) continue;
        const dark = bit < bytes.length * 8 && Boolean((bytes[bit >> 3] >> (7 - (bit & 7))) & 1);
        rows[y][x] = dark !== MASKS[mask](y, x);
        bit += 1;
      }
    }
  }
  const format = ((mask << 10) | remainder(mask, 0x537, 10)) ^ 0x5412; // the two bits of correction M are zero
  for (let at = 0; at < 15; at += 1) {
    const dark = Boolean((format >> at) & 1);
    if (at < 8) { rows[at + (at > 5 ? 1 : 0)][8] = dark; rows[8][size - 1 - at] = dark; }
    else { rows[8][at === 8 ? 7 : 14 - at] = dark; rows[size - 15 + at][8] = dark; }
  }
  return rows;
}

/** How hard a pattern is to read (7.8.3 of the standard): runs, blocks, what looks like a finder, too dark or too light. */
function penalty(rows) {
  const size = rows.length;
  const lines = [...rows, ...rows.map((_, x) => rows.map((row) => row[x]))];
  let sum = 0;
  for (const line of lines) {
    const text = line.map(Number).join("");
    for (const [run] of text.matchAll(/0{5,}|1{5,}/g)) sum += run.length - 2;
    for (let at = 0; at + 11 <= size; at += 1) if (["10111010000", "00001011101"].includes(text.slice(at, at + 11))) sum += 40;
  }
  for (let y = 1; y < size; y += 1) {
    for (let x = 1; x < size; x += 1) if (rows[y][x] === rows[y - 1][x] && rows[y][x] === rows[y][x - 1] && rows[y][x] === rows[y - 1][x - 1]) sum += 3;
  }
  const dark = rows.flat().filter(Boolean).length / (size * size);
  return sum + 10 * Math.floor(Math.abs(dark * 100 - 50) / 5);
}

/** The modules of a text, row by row, true where it is dark; without the quiet zone of four around them. */
export function qr(text) {
  const bytes = [...new TextEncoder().encode(text)];
  const version = BLOCKS.findIndex((one, at) => one && bytes.length + (at < 10 ? 2 : 3) <= capacity(at));
  if (version < 0) throw new RangeError("the text is too long for a code");
  const [fixed, words] = [frame(version), codewords(bytes, version)];
  let best = null;
  for (let mask = 0; mask < 8; mask += 1) {
    const rows = fill(fixed, words, mask);
    const score = penalty(rows);
    if (!best || score < best.score) best = { rows, mask, score, version };
  }
  return best;
}
