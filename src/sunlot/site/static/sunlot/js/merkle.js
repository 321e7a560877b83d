// Inclusion in a Merkle tree (RFC 9162, sections 2.1.1 and 2.1.3.2), with SHA-256.

import { sha256 } from "./hashing.js";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The hash of an entry's bytes as a leaf. */
export const leafHash = (entry) => sha256(LEAF, entry);

/**
 * Whether the leaf number `index` of the tree with `size` leaves and this root has this hash, by the hashes of `proof`.
 * Indexes go beyond 2^31, so halves are taken by division.
 */
export function isIncluded(index, size, leaf, proof, root) {
  if (index >= size) return false;
  let [node, last] = [index, size - 1];
  let hash = leaf;
  for (const other of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = sha256(NODE, other, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      hash = sha256(NODE, hash, other);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && hash.every((byte, n) => byte === root[n]);
}
