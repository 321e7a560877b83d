// The steps `log` and `order` (section log.json): what the transparency log says of this draw, and in which order.

import { JsonFault, canonical, parse } from "./json.js";
import { isIncluded, leafHash } from "../../sunlot/js/merkle.js";
import { base64, NoteFault, openCheckpoint } from "../../sunlot/js/note.js";
import { listIn, memberOf } from "./result.js";
import { check, DIGEST, integer, listOf, oneOf, orNull, record, TEXT, TIME } from "./shapes.js";
import { instant, isBefore, isPlainText, seen, textOf, utf8 } from "../../sunlot/js/text.js";

const HASH = { expected: "32 字节的哈希（Base64）", holds: (value) => base64(value)?.length === 32 };
const ACTOR = { expected: "单位和角色（如 org:zjj/coordinator）", holds: (value) => isPlainText(value) && /^org:[^ /]+(?:\/[^ /]+)?$/.test(value) };
const PROVEN = record({ index: integer(0), entry: TEXT, proof: listOf(HASH) });
const LOG = record({
  checkpoint: TEXT, notice: PROVEN, beacon: orNull(PROVEN), reveals: listOf(PROVEN), result: PROVEN, aborted: listOf(PROVEN),
});
const ENTRY = record({
  v: oneOf(1), time: TIME, type: TEXT, subject: TEXT, actor: ACTOR, public: record({}, true), digest: DIGEST,
});

/**
 * Step 10. `bytes` are those of log.json, `key` that of `readKey`, `bundle` has notice, noticeDigest, result,
 * resultDigest. Tells faults as `tell(place, words)`; returns log, entries and checkpoint for step 11, or null.
 */
export function checkLog(bytes, key, bundle, tell) {
  const log = readLog(bytes, tell);
  if (log === null) return null;
  const expected = expectedEntries(log, bundle, tell);
  const checkpoint = tried(() => openCheckpoint(log.checkpoint, key), "checkpoint", tell);
  const found = expected.map((one) => ({ ...one, said: readEntry(one, tell) }));
  for (const one of found) {
    if (one.said) compareEntry(one, bundle, tell);
    if (checkpoint) checkInclusion(one, checkpoint, tell);
  }
  return { checkpoint, entries: found };
}

function readLog(bytes, tell) {
  const text = textOf(bytes);
  if (text === null) {
    tell("", "应为不带 BOM 的 UTF-8");
    return null;
  }
  return shaped(LOG, text, "", tell);
}

/** The value of a JSON text if it has this shape; else null, and why is told. */
function shaped(shape, text, place, tell) {
  let sound = true;
  const told = (where, words) => {
    sound = false;
    tell(where, words);
  };
  const value = tried(() => parse(text), place, told);
  if (sound) check(shape, value, place, told);
  return sound ? value : null;
}

function tried(act, place, tell) {
  try {
    return act();
  } catch (fault) {
    if (!(fault instanceof JsonFault) && !(fault instanceof NoteFault)) throw fault;
    tell(place, fault.message);
    return null;
  }
}

/** Which entries the log must hold for this bundle, each with what it must say. */
function expectedEntries(log, { notice, noticeDigest, result, resultDigest }, tell) {
  const { contributors, previous, release, attempt } = notice;
  const reveals = listIn(result, "reveals");
  const expected = [{ place: "notice", kind: "notice_sealed", attempt, says: { notice: noticeDigest } }];
  if (notice.beacon !== null) {
    const says = { notice: noticeDigest, value: memberOf(result, "beacon") };
    expected.push({ place: "beacon", kind: "beacon_read", attempt, says });
  }
  contributors.forEach(({ id }, n) => {
    const says = { notice: noticeDigest, contributor: id };
    if (release === null) says.nonce = memberOf(reveals[n], "nonce");
    expected.push({ place: `reveals[${n}]`, kind: "nonce_revealed", attempt, says });
  });
  expected.push({ place: "result", kind: "drawn", attempt, says: { notice: noticeDigest, result: resultDigest } });
  previous.forEach((says, n) => expected.push({ place: `aborted[${n}]`, kind: "aborted", attempt: n + 1, says }));
  tellCount(log.reveals, contributors.length, "reveals", tell);
  tellCount(log.aborted, previous.length, "aborted", tell);
  if ((log.beacon === null) !== (notice.beacon === null)) {
    tell("beacon", notice.beacon === null ? "应为 null（公告没有信标）" : "应为信标的条目，实为 null");
  }
  return expected.map((one) => ({ ...one, proven: itemAt(log, one.place) })).filter((one) => one.proven);
}

function tellCount(list, count, place, tell) {
  if (list.length !== count) tell(place, `应为 ${count} 项，实为 ${list.length} 项`);
}

function itemAt(log, place) {
  const [, name, index] = /^(\w+)(?:\[(\d+)\])?$/.exec(place);
  return index === undefined ? log[name] : log[name][Number(index)];
}

function readEntry({ place, proven }, tell) {
  const at = `${place}.entry`;
  const entry = shaped(ENTRY, proven.entry, at, tell);
  if (entry === null) return null;
  if (canonical(entry) === proven.entry) return entry;
  tell(at, "应为规范形式（RFC 8785），实为同样内容的另一种写法");
  return null;
}

function compareEntry({ place, kind, attempt, says, said }, { notice }, tell) {
  const wanted = { type: `drawing.${kind}`, subject: `draw:${notice.draw}:${attempt}` };
  for (const [name, value] of Object.entries(wanted)) {
    if (said[name] !== value) tell(`${place}.entry ${name}`, `应为 ${value}，实为 ${seen(said[name])}`);
  }
  const memberIn = (record, name) => (Object.hasOwn(record, name) ? record[name] : undefined);
  const shown = (value) => (value === undefined ? "没有" : seen(typeof value === "string" ? value : canonical(value)));
  for (const name of Object.keys({ ...says, ...said.public })) {
    const [expected, found] = [memberIn(says, name), memberIn(said.public, name)];
    if (expected === undefined || found === undefined || canonical(expected) !== canonical(found)) {
      tell(`${place}.entry public.${seen(name)}`, `应与核验包一致，为${shown(expected)}，实为${shown(found)}`);
    }
  }
}

function checkInclusion({ place, proven }, { size, root }, tell) {
  const { index, entry, proof } = proven;
  if (index >= size) {
    tell(`${place}.index`, `应为检查点所含的条目（小于 ${size}），实为 ${index}`);
  } else if (!isIncluded(index, size, leafHash(utf8(entry)), proof.map(base64), root)) {
    tell(`${place}.proof`, "应为这一条在检查点之内的证明，实为对不上");
  }
}

/** Step 11: whether the entries that step 10 found stand in the ceremony's order, by index and by time. */
export function checkOrder({ entries }, notice, tell) {
  const of = (...kinds) => entries.filter((one) => kinds.includes(one.kind));
  const isDice = notice.beacon?.kind === "dice";
  const [sealed, beacon, reveals, drawn] = ["notice_sealed", "beacon_read", "nonce_revealed", "drawn"].map((kind) => of(kind));
  const rows = isDice ? [sealed, beacon, reveals, drawn] : [sealed, reveals, beacon, drawn];
  const stages = [of("aborted"), ...rows].filter((stage) => stage.length > 0);
  for (let n = 1; n < stages.length; n += 1) {
    for (const earlier of stages[n - 1]) {
      for (const later of stages[n]) {
        if (earlier.proven.index >= later.proven.index) {
          tell(later.place, `应在 ${earlier.place}（第 ${earlier.proven.index} 条）之后，实为第 ${later.proven.index} 条`);
        }
      }
    }
  }
  for (const { place, said } of reveals) {
    if (!isBefore(instant(said.time), instant(notice.reveal_by))) {
      tell(place, `应在期限 ${notice.reveal_by} 之前，实为 ${said.time}`);
    }
  }
  if (notice.beacon?.kind === "lottery" && isBefore(instant(beacon[0].said.time), instant(notice.beacon.not_before))) {
    tell("beacon", `应不早于开奖时间 ${notice.beacon.not_before}，实为 ${beacon[0].said.time}`);
  }
}
