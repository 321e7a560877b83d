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
  ({ commit: commitWith, keep: keepFor, reveal: revealWith })[root.dataset.act](root, facts);
}

const part = (root, name) => root.querySelector(`[data-part="${name}"]`);
const keyOf = (facts) => `sunlot.number/${facts.draw}/${facts.attempt}/${facts.code}`;
const committedBy = (facts, nonce) => commitment(facts.hash, facts.draw, facts.attempt, facts.code, nonce);

/* ---- what this browser keeps: every number that it made for an attempt, the newest last --------- */

function kept(facts) {
  try {
    const found = JSON.parse(localStorage.getItem(keyOf(facts)) || "[]");
    return Array.isArray(found) ? found.filter((one) => isDigest(one?.nonce)) : [];
  } catch {
    return []; // storage switched off, or written by somebody else: the printed slip remains
  }
}

function keep(facts, value) {
  const others = kept(facts).filter((one) => one.nonce !== value.nonce);
  try {
    localStorage.setItem(keyOf(facts), JSON.stringify([...others, value]));
    return kept(facts).some((one) => one.nonce === value.nonce);
  } catch {
    return false;
  }
}

/** The number of this browser that has this commitment; undefined where it is in another one, or on paper. */
const keptFor = (facts, wanted) => kept(facts).find((one) => committedBy(facts, one.nonce) === wanted);

/* ---- committing ------------------------------------------------------------------------------ */

function commitWith(root, facts) {
  rememberKey(root.dataset.keyUrl);
  const make = part(root, "make");
  part(root, "without").hidden = true;
  part(root, "with").hidden = false;
  make.addEventListener("click", () => {
    const value = made(root, facts) ?? fresh(facts); // another tab may have made it meanwhile: one browser, one number
    part(root, "unkept").hidden = keep(facts, value);
    ready(root, facts, value);
  });
  const before = made(root, facts);
  if (before) ready(root, facts, before);
  takeTyped(root, (text) => {
    const { digits, fault } = typedCommitment(text);
    const isOwn = kept(facts).some((one) => one.nonce === digits);
    return isOwn ? { fault: "这是密数，不是承诺，没有发出。" } : { digits, fault };
  });
}

/** The number that this browser made for this very contributor and hash, and that is not committed to yet. */
function made(root, facts) {
  const newest = kept(facts).at(-1);
  const isOpen = newest?.commitment !== root.dataset.commitment;
  return newest && isOpen && newest.commitment === committedBy(facts, newest.nonce) ? newest : null;
}

function fresh(facts) {
  const nonce = newNonce();
  return { nonce, commitment: committedBy(facts, nonce), hash: facts.hash };
}

function ready(root, facts, value) {
  offerSlip(root, facts, value);
  part(root, "field").value = value.commitment;
  part(root, "made").hidden = false;
  part(root, "make").hidden = true;
  part(root, "submit").focus();
}

function offerSlip(root, facts, value) {
  showSlip(root, value);
  part(root, "print").onclick = () => window.print();
  part(root, "save").onclick = () => saveSlip({ ...root.dataset, ...facts, ...value });
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

/* ---- waiting between the two: the slip may still be printed ------------------------------------- */

function keepFor(root, facts) {
  const found = keptFor(facts, root.dataset.commitment);
  part(root, found ? "here" : "elsewhere").hidden = false;
  if (!found) return;
  const slip = part(root, "again");
  slip.addEventListener("toggle", () => {
    if (slip.open) offerSlip(root, facts, { ...found, commitment: root.dataset.commitment });
    else document.documentElement.classList.remove("print-slip");
  });
}

/* ---- revealing ------------------------------------------------------------------------------- */

async function revealWith(root, facts) {
  const field = part(root, "field");
  const submit = part(root, "submit");
  const committed = root.dataset.commitment;
  const found = keptFor(facts, committed);
  if (found) {
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
  for (;;) {
    const found = await check(root, facts, committed);
    part(root, "waiting").hidden = !found.waiting;
    part(root, "checked").hidden = Boolean(found.waiting || found.fault);
    part(root, "unchecked").hidden = !found.fault;
    part(root, "fault").textContent = found.fault ?? "";
    submit.disabled = Boolean(found.waiting || found.fault);
    if (!found.waiting && !found.retry) return;
    await new Promise((resolve) => { setTimeout(resolve, 1000); });
  }
}

// A notice counts once it is in the log; until its checkpoint is there, and while nothing answers, the page says so and
// asks again.
async function check(root, facts, committed) {
  const wrong = await noticeFault(root, facts, committed);
  if (wrong.fault) return wrong;
  const found = await noticeInLog(root.dataset.proofUrl, { ...facts, notice: root.dataset.notice });
  if (!found.waiting && !found.fault) part(root, "place").textContent = placeInWords(found);
  return found;
}

function placeInWords({ index, size, key, isKnown }) {
  const memory = isKnown ? "这个浏览器先前记下的就是这把公钥" : "这个浏览器第一次见到这把公钥，可与承诺时用的设备或日志页对照";
  return `透明日志第 ${index} 条，检查点管住前 ${size} 条，由 ${key} 签名；${memory}`;
}

// The device checks for itself that the sealed notice is the one shown, holds its commitment, and is still the one that
// it saw first; it reveals for that notice only.
async function noticeFault(root, facts, committed) {
  const known = root.dataset.notice;
  let bytes;
  try {
    const answer = await fetch(root.dataset.noticeUrl, { cache: "no-store" });
    if (!answer.ok) return { fault: "封存的公告读不到，本机会自动再试。", retry: true };
    bytes = new Uint8Array(await answer.arrayBuffer());
  } catch {
    return { fault: "网络不通，封存的公告读不到。恢复后自动再核对。", retry: true };
  }
  const found = digest(facts.hash, bytes);
  if (found !== known) return { fault: `公告的摘要算出来是 ${found.slice(0, 16)}…，与页面上的不同。不要公开，向纪检监督报告。` };
  const notice = JSON.parse(new TextDecoder().decode(bytes));
  const own = notice.contributors.find((one) => one.id === facts.code);
  if (notice.draw !== facts.draw || String(notice.attempt) !== facts.attempt || own?.commitment !== committed) {
    return { fault: "封存的公告里没有您的承诺。不要公开，向纪检监督报告。" };
  }
  const place = `sunlot.notice/${facts.draw}/${facts.attempt}`;
  try {
    const first = localStorage.getItem(place);
    if (first && first !== found) return { fault: "公告与您先前看到的不是同一份。不要公开，向纪检监督报告。" };
    localStorage.setItem(place, found);
  } catch {
    // no storage: the check above still holds for this visit
  }
  return {};
}

for (const panel of document.querySelectorAll("[data-contributor]")) start(panel);
