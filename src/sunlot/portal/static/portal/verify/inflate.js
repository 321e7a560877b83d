// Inflate (RFC 1951) for zip entries, strict: the stream must give exactly the bytes announced and end with its input.
// Our own, because DecompressionStream knows deflate-raw in Chromium from version 103 only.

const MOST_BITS = 15;
const FAST_BITS = 9;
const END_OF_BLOCK = 256;
// Section 3.2.5: the shortest length or distance of each code and how many extra bits follow it.
const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
];
const DISTANCE_EXTRA = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
const LENGTHS_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** The most bytes that a deflate stream of `packed` bytes can give: 258 for two bits. */
export const mostInflated = (packed) => 1032 * packed + 258;

/** What is wrong with a stream, in words. */
export class InflateFault extends Error {}

/** The `size` bytes that the deflate stream `input` holds. Throws InflateFault. */
export function inflate(input, size) {
  const stream = new Stream(input, new Uint8Array(size));
  let last;
  do {
    last = stream.bits(1);
    const kind = stream.bits(2);
    if (kind === 0) stream.stored();
    else if (kind === 1) stream.block(...fixedCodes());
    else if (kind === 2) stream.block(...readCodes(stream));
    else throw new InflateFault("应为三种块之一，实为保留的第四种");
  } while (last === 0);
  if (stream.to !== size) throw new InflateFault(`应为 ${size} 字节，实为 ${stream.to} 字节`);
  if (stream.at - (stream.count >> 3) !== input.length) throw new InflateFault("应为到压缩数据的结尾为止，实为后面还有内容");
  return stream.output;
}

/** A Huffman code (section 3.2.2) as tables: `fast` by the next FAST_BITS bits, the rest by counting. */
class Code {
  constructor(lengths) {
    this.counts = new Uint16Array(MOST_BITS + 1);
    for (const length of lengths) this.counts[length] += 1;
    this.counts[0] = 0;
    let left = 1;
    const first = new Uint16Array(MOST_BITS + 2);
    const place = new Uint16Array(MOST_BITS + 2);
    for (let length = 1; length <= MOST_BITS; length += 1) {
      left = 2 * left - this.counts[length];
      if (left < 0) throw new InflateFault("应为合法的哈夫曼编码，实为码字过多");
      first[length + 1] = (first[length] + this.counts[length]) << 1;
      place[length + 1] = place[length] + this.counts[length];
    }
    const used = place[MOST_BITS + 1];
    // Only a code of a single word may leave words unused (section 3.2.7).
    if (left > 0 && !(used === 1 && this.counts[1] === 1) && used !== 0) {
      throw new InflateFault("应为合法的哈夫曼编码，实为码字不足");
    }
    this.symbols = new Uint16Array(used);
    this.fast = new Uint16Array(1 << FAST_BITS);
    lengths.forEach((length, symbol) => {
      if (length === 0) return;
      this.symbols[place[length]++] = symbol;
      this.enter(first[length]++, length, symbol);
    });
  }

  /** Note in the fast table a word of few bits: the symbol and, in the low four bits, its length. */
  enter(word, length, symbol) {
    if (length > FAST_BITS) return;
    let reversed = 0;
    for (let bit = 0; bit < length; bit += 1) reversed |= ((word >> bit) & 1) << (length - 1 - bit);
    for (let at = reversed; at < this.fast.length; at += 1 << length) this.fast[at] = (symbol << 4) | length;
  }
}

class Stream {
  constructor(input, output) {
    this.input = input;
    this.output = output;
    this.at = 0;
    this.to = 0;
    this.held = 0; // bits taken from the input and not yet used, the next one lowest
    this.count = 0;
  }

  /** The next `wanted` bits as a number, at most 16. */
  bits(wanted) {
    while (this.count < wanted) {
      if (this.at === this.input.length) throw new InflateFault("应为完整的压缩数据，实为中断");
      this.held |= this.input[this.at++] << this.count;
      this.count += 8;
    }
    const value = this.held & ((1 << wanted) - 1);
    this.held >>>= wanted;
    this.count -= wanted;
    return value;
  }

  symbol(code) {
    while (this.count < MOST_BITS && this.at < this.input.length) {
      this.held |= this.input[this.at++] << this.count;
      this.count += 8;
    }
    const entry = code.fast[this.held & (code.fast.length - 1)];
    const length = entry & 15;
    if (length === 0 || length > this.count) return this.slowSymbol(code);
    this.held >>>= length;
    this.count -= length;
    return entry >> 4;
  }

  /** Bit by bit: words of each length are consecutive numbers. */
  slowSymbol(code) {
    let word = 0;
    let first = 0;
    let place = 0;
    for (let length = 1; length <= MOST_BITS; length += 1) {
      word |= this.bits(1);
      const count = code.counts[length];
      if (word - first < count) return code.symbols[place + word - first];
      place += count;
      first = (first + count) << 1;
      word <<= 1;
    }
    throw new InflateFault("应为编码表里的码字，实为没有这个码字");
  }

  stored() {
    this.at -= this.count >> 3; // whole bytes that were taken too early
    this.held = 0;
    this.count = 0;
    const length = this.bits(16);
    if ((this.bits(16) ^ length) !== 0xffff) throw new InflateFault("应为长度与其反码一致的存储块");
    if (this.at + length > this.input.length) throw new InflateFault("应为完整的压缩数据，实为中断");
    this.room(length);
    this.output.set(this.input.subarray(this.at, this.at + length), this.to);
    this.at += length;
    this.to += length;
  }

  room(length) {
    if (this.to + length > this.output.length) {
      throw new InflateFault(`应为 ${this.output.length} 字节，实为更多`);
    }
  }

  block(literals, distances) {
    const { output } = this;
    for (;;) {
      const symbol = this.symbol(literals);
      if (symbol < END_OF_BLOCK) {
        if (this.to === output.length) this.room(1);
        output[this.to++] = symbol;
      } else if (symbol === END_OF_BLOCK) {
        return;
      } else {
        this.copy(symbol - END_OF_BLOCK - 1, distances);
      }
    }
  }

  copy(code, distances) {
    if (code >= LENGTH_BASE.length) throw new InflateFault("应为长度的码字，实为没有这个码字");
    const length = LENGTH_BASE[code] + this.bits(LENGTH_EXTRA[code]);
    const far = this.symbol(distances);
    if (far >= DISTANCE_BASE.length) throw new InflateFault("应为距离的码字，实为没有这个码字");
    const distance = DISTANCE_BASE[far] + this.bits(DISTANCE_EXTRA[far]);
    if (distance > this.to) throw new InflateFault("应为已解出的内容，实为指向开头之前");
    this.room(length);
    const { output } = this;
    const end = this.to + length;
    for (let to = this.to, from = to - distance; to < end; to += 1, from += 1) output[to] = output[from];
    this.to = end;
  }
}

let fixed = null;

// Section 3.2.6.
function fixedCodes() {
  if (!fixed) {
    const lengths = [...Array(144).fill(8), ...Array(112).fill(9), ...Array(24).fill(7), ...Array(8).fill(8)];
    fixed = [new Code(lengths), new Code(Array(32).fill(5))];
  }
  return fixed;
}

// Section 3.2.7.
function readCodes(stream) {
  const literals = stream.bits(5) + 257;
  const distances = stream.bits(5) + 1;
  const given = stream.bits(4) + 4;
  if (literals > 286 || distances > 30) throw new InflateFault("应为至多 286 个长度码和 30 个距离码，实为更多");
  const order = Array(19).fill(0);
  for (let at = 0; at < given; at += 1) order[LENGTHS_ORDER[at]] = stream.bits(3);
  const code = new Code(order);
  const lengths = [];
  while (lengths.length < literals + distances) {
    const symbol = stream.symbol(code);
    if (symbol < 16) lengths.push(symbol);
    else repeat(lengths, symbol, stream);
  }
  if (lengths.length > literals + distances) throw new InflateFault("应为码长表的长度，实为重复超出");
  if (lengths[END_OF_BLOCK] === 0) throw new InflateFault("应为含有块结尾的编码，实为没有");
  return [new Code(lengths.slice(0, literals)), new Code(lengths.slice(literals))];
}

function repeat(lengths, symbol, stream) {
  if (symbol === 16 && lengths.length === 0) throw new InflateFault("应为可重复的码长，实为在最前");
  const value = symbol === 16 ? lengths[lengths.length - 1] : 0;
  const times = symbol === 16 ? 3 + stream.bits(2) : symbol === 17 ? 3 + stream.bits(3) : 11 + stream.bits(7);
  for (let n = 0; n < times; n += 1) lengths.push(value);
}
