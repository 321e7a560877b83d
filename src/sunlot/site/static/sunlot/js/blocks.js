// What SHA-256 and SM3 share: messages come in pieces, are cut into blocks of 64 bytes, and padded in the same way.

/** Eight 32-bit words of state, fed block by block. `compress(state, bytes, at)` takes the 64 bytes from `at`. */
export class BlockHash {
  constructor(initial, compress) {
    this.initial = Int32Array.from(initial);
    this.compress = compress;
    this.state = Int32Array.from(initial);
    this.block = new Uint8Array(64);
    this.filled = 0;
    this.length = 0;
  }

  /** Begin a new message. */
  reset() {
    this.state.set(this.initial);
    this.filled = 0;
    this.length = 0;
    return this;
  }

  /** Go on with the bytes from `start` to `end`. */
  update(bytes, start = 0, end = bytes.length) {
    const { block, state } = this;
    let at = start;
    this.length += end - start;
    if (this.filled > 0 || end - start < 64) {
      let filled = this.filled;
      while (at < end && filled < 64) block[filled++] = bytes[at++];
      this.filled = filled;
      if (filled < 64) return this;
      this.compress(state, block, 0);
      this.filled = 0;
    }
    for (; at + 64 <= end; at += 64) this.compress(state, bytes, at);
    while (at < end) block[this.filled++] = bytes[at++];
    return this;
  }

  /** The eight words of the digest. They belong to this object: the next message overwrites them. */
  words() {
    const { block, state, length } = this;
    let filled = this.filled;
    block[filled++] = 0x80;
    if (filled > 56) {
      block.fill(0, filled);
      this.compress(state, block, 0);
      filled = 0;
    }
    block.fill(0, filled, 56);
    writeWord(block, 56, Math.floor(length / 0x20000000));
    writeWord(block, 60, length << 3);
    this.compress(state, block, 0);
    return state;
  }

  /** The 32 bytes of the digest. */
  bytes() {
    const out = new Uint8Array(32);
    this.words().forEach((word, n) => writeWord(out, 4 * n, word));
    return out;
  }

  /** The digest as 64 lowercase hex digits. */
  hex() {
    return hexOfWords(this.words());
  }
}

function writeWord(bytes, at, word) {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}

/** Eight lowercase hex digits for each word. */
export function hexOfWords(words) {
  let text = "";
  for (let n = 0; n < words.length; n += 1) text += (words[n] >>> 0).toString(16).padStart(8, "0");
  return text;
}
