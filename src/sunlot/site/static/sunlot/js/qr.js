// A QR code for what must not reach the server: a contributor's secret number. One size is enough, version 4 with error
// correction M (ISO/IEC 18004): 33 × 33 modules, at most 90 characters of capitals, digits and a few signs.
//
// The mask is always the first: a number is random, so no mask is better than another.

const SIZE = 33;
const BLOCKS = 2;
const DATA = 32; // codewords of a block, and
const CHECK = 18; // those that correct it
const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const MOST = 90;
const FORMAT = 0b101010000010010; // level M, mask 0, with its own check bits
const FINDERS = [[0, 0], [SIZE - 7, 0], [0, SIZE - 7]];
const ALIGNMENT = 26; // centre of the one alignment pattern, row and column

/** The modules of the code of a text, row by row, true for dark. Throws RangeError for what it can't hold. */
export function qr(text) {
  const { dark, fixed } = patterns();
  place(dark, fixed, codewords(text));
  return dark;
}

/** The code as SVG, with the quiet zone that scanners need. */
export function qrPicture(text, title) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const quiet = 4;
  svg.setAttribute("viewBox", `${-quiet} ${-quiet} ${SIZE + 2 * quiet} ${SIZE + 2 * quiet}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", title);
  const path = document.createElementNS(svg.namespaceURI, "path");
  const cells = qr(text).flatMap((row, y) => row.flatMap((is, x) => (is ? [`M${x} ${y}h1v1h-1z`] : [])));
  path.setAttribute("d", cells.join(""));
  svg.append(path);
  return svg;
}

/* ---- the text as codewords ------------------------------------------------------------------- */

function codewords(text) {
  if (text.length > MOST || [...text].some((sign) => !SIGNS.includes(sign))) throw new RangeError(`no room for ${text.length}`);
  const bits = [];
  const put = (value, width) => { for (let at = width - 1; at >= 0; at -= 1) bits.push((value >> at) & 1); };
  put(0b0010, 4); // alphanumeric mode
  put(text.length, 9);
  for (let at = 0; at < text.length; at += 2) {
    const [one, two] = [SIGNS.indexOf(text[at]), SIGNS.indexOf(text[at + 1])];
    if (at + 1 < text.length) put(one * 45 + two, 11);
    else put(one, 6);
  }
  const room = BLOCKS * DATA * 8;
  put(0, Math.min(4, room - bits.length));
  while (bits.length % 8) bits.push(0);
  const bytes = [];
  for (let at = 0; at < bits.length; at += 8) bytes.push(parseInt(bits.slice(at, at + 8).join(""), 2));
  for (let pad = 0xec; bytes.length < BLOCKS * DATA; pad ^= 0xec ^ 0x11) bytes.push(pad);
  const blocks = Array.from({ length: BLOCKS }, (_, at) => bytes.slice(at * DATA, (at + 1) * DATA));
  return [...woven(blocks, DATA), ...woven(blocks.map(checked), CHECK)];
}

const woven = (blocks, length) => Array.from({ length: length * BLOCKS }, (_, at) => blocks[at % BLOCKS][Math.floor(at / BLOCKS)]);

/* ---- error correction: Reed–Solomon over GF(256), polynomial x⁸ + x⁴ + x³ + x² + 1 ------------- */

function times(one, two) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ (product & 0x80 ? 0x11d : 0);
    if ((two >> bit) & 1) product ^= one;
  }
  return product;
}

function generator() {
  let found = [1];
  for (let root = 1, n = 0; n < CHECK; n += 1, root = times(root, 2)) {
    const shifted = [...found, 0];
    found.forEach((factor, at) => { shifted[at + 1] ^= times(factor, root); });
    found = shifted;
  }
  return found.slice(1); // the leading 1 is understood
}

function checked(block) {
  const divisor = generator();
  const rest = new Array(CHECK).fill(0);
  for (const byte of block) {
    const factor = byte ^ rest.shift();
    rest.push(0);
    divisor.forEach((term, at) => { rest[at] ^= times(term, factor); });
  }
  return rest;
}

/* ---- modules --------------------------------------------------------------------------------- */

/** The fixed patterns, and which modules they take. */
function patterns() {
  const dark = Array.from({ length: SIZE }, () => new Array(SIZE).fill(false));
  const fixed = Array.from({ length: SIZE }, () => new Array(SIZE).fill(false));
  const set = (y, x, is) => {
    if (y < 0 || x < 0 || y >= SIZE || x >= SIZE) return;
    dark[y][x] = Boolean(is);
    fixed[y][x] = true;
  };
  for (let at = 0; at < SIZE; at += 1) {
    set(6, at, at % 2 === 0);
    set(at, 6, at % 2 === 0);
  }
  for (const [top, left] of FINDERS) {
    squares(7, (y, x, ring) => set(top + y, left + x, ring !== 2 && ring !== 0), 1);
  }
  squares(5, (y, x, ring) => set(ALIGNMENT - 2 + y, ALIGNMENT - 2 + x, ring !== 1), 0);
  const bit = (at) => (FORMAT >> at) & 1;
  for (let at = 0; at < 15; at += 1) {
    if (at < 8) {
      set(at < 6 ? at : at + 1, 8, bit(at));
      set(8, SIZE - 1 - at, bit(at));
    } else {
      set(8, at === 8 ? 7 : 14 - at, bit(at));
      set(SIZE - 15 + at, 8, bit(at));
    }
  }
  set(SIZE - 8, 8, true); // the module that is always dark
  return { dark, fixed };
}

/** Visit a square of `size` with `margin` around it; `ring` counts from the outside, the margin being 0 where there is one. */
function squares(size, visit, margin) {
  for (let y = -margin; y < size + margin; y += 1) {
    for (let x = -margin; x < size + margin; x += 1) {
      visit(y, x, Math.min(y, x, size - 1 - y, size - 1 - x) + margin);
    }
  }
}

/** Write the codewords in pairs of columns from the right, up and down in turn, past what is fixed. */
function place(dark, fixed, words) {
  let at = 0;
  let upwards = true;
  for (let right = SIZE - 1; right > 0; right -= 2) {
    if (right === 6) right -= 1; // the timing column
    for (let step = 0; step < SIZE; step += 1) {
      const y = upwards ? SIZE - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (fixed[y][x]) continue;
        const bit = at < words.length * 8 ? (words[at >> 3] >> (7 - (at & 7))) & 1 : 0;
        dark[y][x] = bit !== ((y + x) % 2 === 0 ? 1 : 0);
        at += 1;
      }
    }
    upwards = !upwards;
  }
}
