// A set of short byte strings that lie in one large buffer, found again by their bytes or without regard to case.

/** Numbers the slices that are put in, from 0. */
export class Slices {
  /** `room` is the most slices that will be put in. */
  constructor(bytes, room) {
    let size = 16;
    while (size < 2 * room) size *= 2;
    this.bytes = bytes;
    this.slots = new Int32Array(size).fill(-1);
    this.starts = new Uint32Array(room);
    this.ends = new Uint32Array(room);
    this.count = 0;
  }

  /** Put in the slice from `start` to `end`, which is not in yet, and return its number. */
  put(start, end) {
    let slot = this.first(this.bytes, start, end);
    while (this.slots[slot] >= 0) slot = this.next(slot);
    this.slots[slot] = this.count;
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.count += 1;
    return this.count - 1;
  }

  /** The number of the slice with these bytes, or -1. */
  find(bytes, start = 0, end = bytes.length) {
    return this.search(bytes, start, end, 0);
  }

  /**
   * The number of a slice with these bytes but for upper and lower case, or -1. Identifiers alone may be asked for:
   * among their characters setting the bit 0x20 makes equal exactly the letters that differ in case.
   */
  findAnyCase(bytes, start = 0, end = bytes.length) {
    return this.search(bytes, start, end, 0x20);
  }

  search(bytes, start, end, ignored) {
    for (let slot = this.first(bytes, start, end); this.slots[slot] >= 0; slot = this.next(slot)) {
      const number = this.slots[slot];
      if (this.equals(number, bytes, start, end, ignored)) return number;
    }
    return -1;
  }

  equals(number, bytes, start, end, ignored) {
    const own = this.starts[number];
    if (this.ends[number] - own !== end - start) return false;
    for (let n = 0; n < end - start; n += 1) {
      if ((this.bytes[own + n] | ignored) !== (bytes[start + n] | ignored)) return false;
    }
    return true;
  }

  // FNV-1a, without regard to case.
  first(bytes, start, end) {
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] | 0x20), 0x01000193);
    return (hash ^ (hash >>> 15)) & (this.slots.length - 1);
  }

  next(slot) {
    return (slot + 1) & (this.slots.length - 1);
  }
}
