// Step 1, files: what the section Files says, for the whole bundle.

import { BundleFault, isRosterPart, MOST_JSON, openBundle } from "./bundle.js";
import { digest } from "../../sunlot/js/hashing.js";
import { canonical, JsonFault, parse } from "./json.js";
import { hashOf, MOST_PARTS, partsOf } from "./notice.js";
import { readRoster, TABLES } from "./rosters.js";
import { isDigest, textOf } from "../../sunlot/js/text.js";

/**
 * The bundle as values: notice and result with the bytes of their files, the rosters, and the bytes of log.json or null.
 * What is wrong is told; what can't be read is undefined. Throws TooLarge.
 */
export function readFiles(source, mostUnpacked, tell, progress) {
  let files;
  try {
    files = openBundle(source, mostUnpacked);
  } catch (fault) {
    if (!(fault instanceof BundleFault)) throw fault;
    tell("核验包", fault.message);
    return null;
  }
  const notice = readJson(files, "notice.json", tell);
  const result = readJson(files, "result.json", tell);
  const rosters = notice ? readRosters(files, notice.value, tell, progress) : null;
  return { notice, result, rosters, log: bytesOf(files, "log.json", tell, true) };
}

function bytesOf(files, name, tell, mayMiss = false) {
  const file = files.get(name);
  if (!file) {
    if (!mayMiss) tell(name, "应为在核验包里，实为没有");
    return null;
  }
  if (name.endsWith(".json") && file.size > MOST_JSON) {
    tell(name, `应为至多 ${MOST_JSON} 字节，实为 ${file.size} 字节`);
    return null;
  }
  try {
    return file.bytes();
  } catch (fault) {
    if (!(fault instanceof BundleFault)) throw fault;
    tell("核验包", fault.message);
    return null;
  }
}

function readJson(files, name, tell) {
  const bytes = bytesOf(files, name, tell);
  if (bytes === null) return null;
  const text = textOf(bytes);
  if (text === null) {
    tell(name, "应为不带 BOM 的 UTF-8");
    return null;
  }
  try {
    const value = parse(text);
    if (canonical(value) !== text) tell(name, "应为规范形式（RFC 8785，成员排序，无多余空格，末尾无换行），实为另一种写法");
    return { value, bytes };
  } catch (fault) {
    if (!(fault instanceof JsonFault)) throw fault;
    tell(name, fault.message);
    return null;
  }
}

/** The files of a roster in order: one has no number. */
export function partNames(roster, count) {
  if (count === 1) return [`${roster}.csv`];
  return Array.from({ length: count }, (_, n) => `${roster}-${String(n + 1).padStart(4, "0")}.csv`);
}

function readRosters(files, notice, tell, progress) {
  const rosters = {};
  const listed = new Set();
  for (const roster of Object.keys(TABLES)) {
    const digests = partsOf(notice, roster);
    if (digests.length > MOST_PARTS) {
      tell(`notice.json ${roster}.parts`, `应为至多 ${MOST_PARTS} 个文件，实为 ${digests.length} 个`);
      continue;
    }
    const names = partNames(roster, digests.length);
    names.forEach((name) => listed.add(name));
    rosters[roster] = readParts(files, roster, names, digests, hashOf(notice), tell);
    progress(roster);
  }
  for (const name of files.keys()) {
    if (isRosterPart(name) && !listed.has(name)) tell(name, "应为公告所列的名录文件，实为公告没有列它");
  }
  return rosters;
}

function readParts(files, roster, names, digests, hash, tell) {
  const parts = names.map((file) => ({ file, bytes: bytesOf(files, file, tell) })).filter(({ bytes }) => bytes !== null);
  for (const { file, bytes } of parts) {
    const expected = digests[names.indexOf(file)];
    if (hash === null || !isDigest(expected)) continue; // that is the notice's fault, and told there
    const found = digest(hash, bytes);
    if (found !== expected) tell(file, `摘要应为公告所列的 ${expected}，实为 ${found}`);
  }
  return readRoster(roster, parts, tell);
}
