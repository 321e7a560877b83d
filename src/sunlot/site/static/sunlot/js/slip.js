// A contributor's slip: the secret number and its commitment in digits and codes, printed, saved, typed and scanned.
//
// The codes say what they hold (`NONCE:…`, `COMMITMENT:…`): a scanner types whatever it sees into the field that has the
// focus, and a secret number in the commitment's field would be sent to the server.

import { qrPicture } from "./qr.js";
import { isDigest } from "./text.js";

const NONCE = "NONCE:";
const COMMITMENT = "COMMITMENT:";

const part = (root, name) => root.querySelector(`[data-part="${name}"]`);

/** Put a slip's digits and codes into their places under `root`; printing means the slip from now on. */
export function showSlip(root, { nonce, commitment }) {
  digits(root, "nonce", nonce);
  digits(root, "commitment", commitment);
  part(root, "qr").replaceChildren(qrPicture(NONCE + nonce.toUpperCase(), "密数的二维码"));
  part(root, "qr-commitment")?.replaceChildren(qrPicture(COMMITMENT + commitment.toUpperCase(), "承诺的二维码"));
  for (const slip of document.querySelectorAll(".slip")) slip.classList.toggle("to-print", root.contains(slip));
  document.documentElement.classList.add("print-slip");
}

function digits(root, name, text) {
  const groups = text.match(/.{1,4}/g).map((group) => {
    const span = document.createElement("span");
    span.textContent = group;
    return span;
  });
  root.querySelector(`[data-show="${name}"]`).replaceChildren(...groups);
}

/** Save a slip as a text file. `title` and `organisation` may be left out. */
export function saveSlip({ title, organisation, hash, draw, attempt, code, nonce, commitment }) {
  const text = [
    `${title ? `${title} ` : ""}密数条`,
    `抽取编号：${draw}　第 ${attempt} 次`,
    `参与方：${organisation ? `${organisation}（${code}）` : code}`,
    `密数：${nonce}`,
    `承诺（${hash}）：${commitment}`,
    "密数在公开之前不要给任何人看。",
    "",
  ].join("\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = `密数条-${draw}-${attempt}-${code}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** The commitment in what was typed or scanned, {digits}, or {fault} in words. */
export const typedCommitment = (text) => typed(text, COMMITMENT, NONCE, "这是密数，不是承诺，没有发出。扫密数条上“承诺”的码。");

/** The secret number in what was typed or scanned, {digits}, or {fault} in words. */
export const typedNonce = (text) => typed(text, NONCE, COMMITMENT, "这是承诺，不是密数。扫密数条上“密数”的码。");

function typed(text, own, other, confused) {
  const joined = text.normalize("NFKC").replace(/\s/g, "").toUpperCase();
  if (joined.startsWith(other)) return { fault: confused };
  const found = (joined.startsWith(own) ? joined.slice(own.length) : joined).toLowerCase();
  if (isDigest(found)) return { digits: found };
  const strange = /[^0-9a-f]/.exec(found);
  return { fault: strange ? `只有 0–9 和 a–f，这里有“${strange[0]}”。` : `应为 64 位，现在是 ${found.length} 位。` };
}
