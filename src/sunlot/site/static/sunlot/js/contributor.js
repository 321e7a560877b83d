// The contributor's side of the ceremony: the secret number is made, kept and checked here, and leaves this browser
// only when its owner reveals it.

import { digest } from "./hashing.js";
import { noticeInLog, rememberKey } from "./noticed.js";
import { commitment, newNonce } from "./protocol.js";
import { offerCamera } from "./scanning.js";
import { saveSlip, showSlip, typedCommitment, typedNonce } from "./slip.js";
import { isDigest } from "./text.js";

function start(root) {
  const facts = {
    hash: root.dataset.hash,
    draw: root.dataset.draw,
    attempt: root.dataset.attempt,
    code: root.dataset.contributor,
  };
  if (root.dataset.act === "commit") commitWith(root, facts);
  else revealWith(root, facts);
}

const keyOf = (facts) => `sunlot.number/${facts.draw}/${facts.attempt}/${facts.code}`;
const committedBy = (facts, nonce) => commitment(facts.hash, facts.draw, facts.attempt, facts.code, nonce);

function kept(facts) {
  try {
    const found = JSON.parse(localStorage.getItem(keyOf(facts)) || "null");
    return found && isDigest(found.nonce) ? found : null;
  } catch {
    return null; // storage switched off, or written by somebody else: the printed slip remains
  }
}

function keep(facts, value) {
  try {
    localStorage.setItem(keyOf(facts), JSON.stringify(value));
    return kept(facts)?.nonce === value.nonce;
  } catch {
    return false;
  }
}

const part = (root, name) => root.querySelector(`[data-part="${name}"]`);

/* ---- committing ------------------------------------------------------------------------------ */

function commitWith(root, facts) {
  rememberKey(root.dataset.keyUrl);
  const make = part(root, "make");
  part(root, "without").hidden = true;
  part(root, "with").hidden = false;
  make.addEventListener("click", () => {
    const value = made(facts) ?? fresh(facts); // another tab may have made it meanwhile: one browser, one number
    part(root, "unkept").hidden = keep(facts, value);
    ready(root, facts, value);
  });
  const before = made(facts);
  if (before) ready(root, facts, before);
  takeTyped(root, (text) => {
    const { digits, fault } = typedCommitment(text);
    return digits && digits === kept(facts)?.nonce ? { fault: "这是密数，不是承诺，没有发出。" } : { digits, fault };
  });
}

/** The number that this browser made for this very contributor and hash; null where there is none. */
function made(facts) {
  const found = kept(facts);
  return found && found.commitment === committedBy(facts, found.nonce) ? found : null;
}

function fresh(facts) {
  const nonce = newNonce();
  return { nonce, commitment: committedBy(facts, nonce), hash: facts.hash };
}

function ready(root, facts, value) {
  showSlip(root, value);
  part(root, "field").value = value.commitment;
  part(root, "made").hidden = false;
  part(root, "make").hidden = true;
  part(root, "print").onclick = () => window.print();
  part(root, "save").onclick = () => saveSlip({ ...root.dataset, ...facts, ...value });
  part(root, "submit").focus();
}

// What was typed or scanned is sent only as what the field is for; a secret number never goes out as a commitment.
function takeTyped(root, read) {
  const field = part(root, "field");
  const wrong = part(root, "wrong");
  offerCamera(part(root, "camera"), field);
  part(root, "form").addEventListener("submit", (event) => {
    const { digits, fault } = read(field.value);
    wrong.hidden = !fault;
    field.setAttribute("aria-invalid", String(Boolean(fault)));
    if (!fault) {
      field.value = digits;
      return;
    }
    event.preventDefault();
    wrong.textContent = fault;
    field.focus();
  });
}

/* ---- revealing ------------------------------------------------------------------------------- */

async function revealWith(root, facts) {
  const field = part(root, "field");
  const submit = part(root, "submit");
  const found = kept(facts);
  const committed = root.dataset.commitment;
  if (found && committedBy(facts, found.nonce) === committed) {
    field.value = found.nonce;
    part(root, "found").hidden = false;
  } else {
    part(root, "typed").hidden = false;
  }
  takeTyped(root, (text) => {
    const { digits, fault } = typedNonce(text);
    if (fault || committedBy(facts, digits) === committed) return { digits, fault };
    return { fault: "这个数与您的承诺不符。逐位核对密数条，不限次数重试。" };
  });
  submit.disabled = true;
  const fault = (await noticeFault(root, facts, committed)) || (await logFault(root, facts));
  part(root, "checked").hidden = fault !== "";
  part(root, "unchecked").hidden = fault === "";
  part(root, "fault").textContent = fault;
  submit.disabled = fault !== "";
}

// A notice counts once it is in the log; until its checkpoint is there the page says so and asks again.
async function logFault(root, facts) {
  for (;;) {
    const found = await noticeInLog(root.dataset.proofUrl, { ...facts, notice: root.dataset.notice });
    part(root, "waiting").hidden = !found.waiting;
    if (!found.waiting) {
      if (!found.fault) part(root, "place").textContent = `透明日志第 ${found.index} 条，检查点管住前 ${found.size} 条，由 ${found.key} 签名`;
      return found.fault ?? "";
    }
    await new Promise((resolve) => { setTimeout(resolve, 1000); });
  }
}

// The device checks for itself that the sealed notice is the one shown, holds its commitment, and is still the one that
// it saw first; it reveals for that notice only.
async function noticeFault(root, facts, committed) {
  const known = root.dataset.notice;
  let bytes;
  try {
    const answer = await fetch(root.dataset.noticeUrl, { cache: "no-store" });
    if (!answer.ok) return "封存的公告读不到，刷新后再试。";
    bytes = new Uint8Array(await answer.arrayBuffer());
  } catch {
    return "网络不通，封存的公告读不到。恢复后刷新本页。";
  }
  const found = digest(facts.hash, bytes);
  if (found !== known) return `公告的摘要算出来是 ${found.slice(0, 16)}…，与页面上的不同。不要公开，向纪检监督报告。`;
  const notice = JSON.parse(new TextDecoder().decode(bytes));
  const own = notice.contributors.find((one) => one.id === facts.code);
  if (notice.draw !== facts.draw || String(notice.attempt) !== facts.attempt || own?.commitment !== committed) {
    return "封存的公告里没有您的承诺。不要公开，向纪检监督报告。";
  }
  const place = `sunlot.notice/${facts.draw}/${facts.attempt}`;
  try {
    const first = localStorage.getItem(place);
    if (first && first !== found) return "公告与您先前看到的不是同一份。不要公开，向纪检监督报告。";
    localStorage.setItem(place, found);
  } catch {
    // no storage: the check above still holds for this visit
  }
  return "";
}

const panel = document.querySelector("[data-contributor]");
if (panel) start(panel);
