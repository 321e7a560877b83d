// Seed, keys and tickets (section Seed, keys, tickets), and the order of many candidates.

import { digest, hasher } from "../../sunlot/js/hashing.js";
import { byBytes, utf8 } from "../../sunlot/js/text.js";

/** What a contributor commits to (section Commit and reveal). */
export function commitment(hash, { draw, attempt }, contributor, nonce) {
  return digest(hash, `sunlot-draw/1 commit\n${draw}/${attempt}\n${contributor}\n${nonce}\n`);
}

/** The seed of a draw; `reveals` in the notice's order, `beacon` null where there is none. */
export function seedOf(hash, noticeDigest, reveals, beacon) {
  const revealed = reveals.map(({ contributor, nonce }) => `${contributor}=${nonce}\n`).join("");
  return digest(hash, `sunlot-draw/1 seed\n${noticeDigest}\n${revealed}beacon=${beacon ?? ""}\n`);
}

/** key(p, s) as 32 hex digits. */
export function keyOf(hash, seed, purpose, subject) {
  return digest(hash, `sunlot-draw/1 key\n${seed}\n${purpose}\n${subject}\n`).slice(0, 32);
}

/** The text of the n-th ticket of x: what is hashed. */
export const ticketText = (key, x, n = 1) => (n === 1 ? `${key}${x}` : `${key}${x}#${n}`);

/** ticket(k, x). */
export const ticketOf = (hash, key, x) => digest(hash, ticketText(key, x));

/** The place of a ticket on the dial: ticket / 2^256, as a part of one turn. */
export const turnOf = (ticket) => parseInt(ticket.slice(0, 13), 16) / 2 ** 52;

/** `[{id, ticket}]` of the ids, ordered by (ticket(k, id), id). */
export function ordered(hash, key, ids) {
  const rows = ids.map((id) => ({ id, ticket: ticketOf(hash, key, id) }));
  return rows.sort((one, other) => byBytes(one.ticket, other.ticket) || byBytes(one.id, other.id));
}

/** The best ticket of every object of a roster, as eight words each. */
export class ObjectTickets {
  constructor(hash, facts, keyOfStratum) {
    const { objects } = facts;
    this.facts = facts;
    this.hasher = hasher(hash);
    this.keys = facts.strata.values.map((stratum) => utf8(keyOfStratum(stratum)));
    this.suffixes = [];
    this.words = new Uint32Array(8 * objects.count);
  }

  /** Compute the tickets of the rows from `start` to `end`. */
  compute(start, end) {
    const { facts, words } = this;
    for (let row = start; row < end; row += 1) {
      for (let n = 1; n <= facts.tickets[row]; n += 1) this.keepSmaller(row, this.hash(row, n), n === 1, words);
    }
  }

  /** The eight words of a row's n-th ticket; they last until the next. */
  hash(row, n) {
    const { objects, strata } = this.facts;
    this.hasher.reset().update(this.keys[strata.of[row]]).update(objects.bytes, objects.start(row, 0), objects.end(row, 0));
    if (n > 1) this.hasher.update(this.suffix(n));
    return this.hasher.words();
  }

  suffix(n) {
    this.suffixes[n] ??= utf8(`#${n}`);
    return this.suffixes[n];
  }

  keepSmaller(row, found, isFirst, words) {
    const at = 8 * row;
    let n = 0;
    if (!isFirst) {
      while (n < 8 && words[at + n] === found[n] >>> 0) n += 1;
      if (n === 8 || words[at + n] < found[n] >>> 0) return;
    }
    for (n = 0; n < 8; n += 1) words[at + n] = found[n];
  }

  /** Compare two rows by (ticket, id). Rows stand in ascending order of their ids. */
  compare(one, other) {
    const { words } = this;
    for (let n = 0; n < 8; n += 1) {
      const [mine, theirs] = [words[8 * one + n], words[8 * other + n]];
      if (mine !== theirs) return mine < theirs ? -1 : 1;
    }
    return one - other;
  }

  /** The rows of a stratum that stand first by (ticket, id): `wanted` of them, or as many as there are. */
  first(stratum, wanted) {
    const rows = this.facts.strata.rowsOf(stratum);
    const leading = rows.map((row) => this.words[8 * row]).sort(); // typed arrays sort as numbers
    const limit = wanted > 0 ? leading[Math.min(wanted, rows.length) - 1] : -1;
    const near = Array.from(rows.filter((row) => this.words[8 * row] <= limit));
    return near.sort((one, other) => this.compare(one, other)).slice(0, wanted);
  }

  /** The place of a row in its stratum's order, from 1. */
  rank(row) {
    const { strata } = this.facts;
    return 1 + strata.rowsOf(strata.values[strata.of[row]]).filter((other) => this.compare(other, row) < 0).length;
  }

  /** A row's best ticket as 64 hex digits. */
  hex(row) {
    return Array.from(this.words.subarray(8 * row, 8 * row + 8), (word) => word.toString(16).padStart(8, "0")).join("");
  }

  /** All of a row's tickets, as 64 hex digits each. */
  every(row) {
    return Array.from({ length: this.facts.tickets[row] }, (_, n) => {
      this.hash(row, n + 1);
      return Array.from(this.hasher.state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
    });
  }
}
