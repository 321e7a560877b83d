// Whether a sealed notice is in the transparency log, as a contributor's device finds out for itself: the entry says
// this notice of this draw and attempt, it is included under a checkpoint, and the log's key has signed that. The key is
// the one that this browser saw first; a log that comes with another is not believed.

import { isIncluded, leafHash } from "./merkle.js";
import { base64, NoteFault, openCheckpoint, readKey } from "./note.js";

const PINNED = "sunlot.log-key";
const ALARM = "不要公开，向纪检监督报告。";

/** What is found: `waiting` for the log, or `fault` in words (with `retry` where nothing answered), or the entry's `index` under a checkpoint of
 `size`, signed by a `key` that this browser had seen before (`isKnown`) or sees for the first time. */
export async function noticeInLog(address, { draw, attempt, notice }) {
  let said;
  try {
    const answer = await fetch(address, { cache: "no-store" });
    if (answer.status === 202) return { waiting: true };
    if (!answer.ok) return { fault: "透明日志的证明读不到，本机会自动再试。", retry: true };
    said = await answer.json();
  } catch {
    return { fault: "网络不通，透明日志的证明读不到。恢复后自动再核对。", retry: true };
  }
  try {
    return check(said, draw, attempt, notice);
  } catch (wrong) {
    if (wrong instanceof NoteFault || wrong instanceof SyntaxError || wrong instanceof TypeError) {
      return { fault: `透明日志的证明不成立：${wrong.message}。${ALARM}` };
    }
    throw wrong;
  }
}

function check(said, draw, attempt, notice) {
  const known = memory();
  if (!isPinned(said.vkey)) return { fault: `透明日志的公钥与这个浏览器先前见到的不同。${ALARM}` };
  const key = readKey(said.vkey);
  const { size, root } = openCheckpoint(said.checkpoint, key);
  const { index, entry, proof } = said.notice;
  const leaf = leafHash(new TextEncoder().encode(entry));
  if (!isIncluded(index, size, leaf, proof.map(base64), root)) {
    return { fault: `这条公告不在签名的检查点里。${ALARM}` };
  }
  const { type, subject, public: shown } = JSON.parse(entry);
  if (type !== "drawing.notice_sealed" || subject !== `draw:${draw}:${attempt}` || shown.notice !== notice) {
    return { fault: `日志里的这一条说的不是这份公告。${ALARM}` };
  }
  return { index, size, key: `${key.name}+${key.id}`, isKnown: known === said.vkey };
}

/** Remember the log's key as early as can be: long before anybody has a reason to show another. */
export async function rememberKey(address) {
  try {
    const answer = await fetch(address, { cache: "no-store" });
    if (answer.ok) isPinned((await answer.text()).trim());
  } catch {
    // no network, or a log that has not begun: the key is remembered at the reveal
  }
}

function memory() {
  try {
    return localStorage.getItem(PINNED);
  } catch {
    return null; // no storage: the signature is still checked, but against no memory
  }
}

function isPinned(vkey) {
  const first = memory();
  try {
    if (first === null) localStorage.setItem(PINNED, vkey);
  } catch {
    // no storage, as above
  }
  return first === null || first === vkey;
}
