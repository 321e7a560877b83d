// Whether a sealed notice is in the transparency log, as a contributor's device finds out for itself: the entry says
// this notice of this draw and attempt, it is included under a checkpoint, and the log's key has signed that. The key is
// the one that this browser saw first; a log that comes with another is not believed.

import { isIncluded, leafHash } from "./merkle.js";
import { base64, NoteFault, openCheckpoint, readKey } from "./note.js";

const PINNED = "sunlot.log-key";
const ALARM = "不要公开，向纪检监督报告。";

/** What is found: `waiting` for the log, or `fault` in words, or the entry's `index` under a checkpoint of `size`. */
export async function noticeInLog(address, { draw, attempt, notice }) {
  let said;
  try {
    const answer = await fetch(address, { cache: "no-store" });
    if (answer.status === 202) return { waiting: true };
    if (!answer.ok) return { fault: "透明日志的证明读不到，刷新后再试。" };
    said = await answer.json();
  } catch {
    return { fault: "网络不通，透明日志的证明读不到。恢复后刷新本页。" };
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
  return { index, size, key: `${key.name}+${key.id}` };
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

function isPinned(vkey) {
  try {
    const first = localStorage.getItem(PINNED);
    if (first === null) localStorage.setItem(PINNED, vkey);
    return first === null || first === vkey;
  } catch {
    return true; // no storage: the signature is still checked, but against no memory
  }
}
