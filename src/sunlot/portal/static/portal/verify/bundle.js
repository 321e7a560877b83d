// The bundle: the files of a zip, or those chosen from a folder, as the protocol's section The bundle has them.

import { readZip, ZipFault } from "./zip.js";

/** What is wrong with a bundle as a whole; the step `files` fails with it. */
export { ZipFault as BundleFault };

/** A bundle that this browser can't hold. Nothing is said about it. */
export class TooLarge extends Error {}

export const MOST_UNPACKED = 4_000_000_000;
export const MOST_JSON = 64_000_000;
const MOST_HELD = 1_000_000_000; // what a browser may be asked to keep in memory

const ROSTER_PART = /^(objects|inspectors|avoid)(-[0-9]{4})?\.csv$/;

/** Whether a file of this name could be a part of a roster. */
export const isRosterPart = (name) => ROSTER_PART.test(name);

/** Whether a file of this name is of account; others are ignored. */
export const isOurs = (name) => /^(notice|result|log)\.json$/.test(name) || isRosterPart(name);

/**
 * The files of a bundle by name, each `{size, bytes()}`; `bytes()` may throw BundleFault.
 * `source` is `{zip: Uint8Array}` or `{files: [{name, bytes: Uint8Array}]}`. Throws BundleFault or TooLarge.
 */
export function openBundle(source, mostUnpacked = MOST_UNPACKED) {
  const files = source.zip ? readZip(source.zip) : readFolder(source.files);
  let [total, held] = [0, 0];
  for (const [name, { size }] of files) {
    total += size;
    if (isOurs(name)) held += size;
  }
  if (total > mostUnpacked) throw new ZipFault("", `解开后应为至多 ${mostUnpacked} 字节，实为 ${total} 字节`);
  checkHeld(held);
  return files;
}

/** Throws TooLarge where that many bytes are more than a browser may be asked to keep. */
export function checkHeld(bytes) {
  if (bytes > MOST_HELD) throw new TooLarge(`有 ${Math.ceil(bytes / 1e6)} MB，浏览器里至多 ${MOST_HELD / 1e6} MB`);
}

function readFolder(chosen) {
  const found = new Map();
  for (const { name, bytes } of chosen) {
    if (found.has(name)) throw new ZipFault(name, "应为不重复的文件名，实为选了两份");
    found.set(name, { size: bytes.length, bytes: () => bytes });
  }
  return found;
}
