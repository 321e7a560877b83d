// The contributor's side of the ceremony: the secret number is made, kept and checked here, and leaves this browser
// only when its owner reveals it.

import { commitment, digest, newNonce } from "./protocol.js";

const DIGEST = /^[0-9a-f]{64}$/;

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
    return found && DIGEST.test(found.nonce) ? found : null;
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

function show(root, name, text) {
  const place = root.querySelector(`[data-show="${name}"]`);
  place.replaceChildren(...(text.match(/.{1,4}/g) || []).map((group) => {
    const span = document.createElement("span");
    span.textContent = group;
    return span;
  }));
}

const part = (root, name) => root.querySelector(`[data-part="${name}"]`);

/* ---- committing ------------------------------------------------------------------------------ */

function commitWith(root, facts) {
  const make = part(root, "make");
  part(root, "without").hidden = true;
  part(root, "with").hidden = false;
  make.addEventListener("click", () => {
    const nonce = newNonce();
    const value = { nonce, commitment: committedBy(facts, nonce), hash: facts.hash };
    part(root, "unkept").hidden = keep(facts, value);
    ready(root, facts, value);
  });
  const before = kept(facts);
  if (before && before.commitment === committedBy(facts, before.nonce)) ready(root, facts, before);
}

function ready(root, facts, value) {
  show(root, "nonce", value.nonce);
  show(root, "commitment", value.commitment);
  part(root, "field").value = value.commitment;
  part(root, "made").hidden = false;
  part(root, "make").hidden = true;
  part(root, "print").onclick = () => window.print();
  part(root, "save").onclick = () => save(root, facts, value);
  document.documentElement.classList.add("print-slip"); // from now on printing means the slip
  part(root, "submit").focus();
}

function save(root, facts, value) {
  const title = root.dataset.title;
  const text = [
    `${title} 密数条`,
    `抽取编号：${facts.draw}　第 ${facts.attempt} 次`,
    `参与方：${root.dataset.organisation}（${facts.code}）`,
    `密数：${value.nonce}`,
    `承诺（${facts.hash}）：${value.commitment}`,
    "公开之前不要给任何人看。",
    "",
  ].join("\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = `密数条-${facts.draw}-${facts.attempt}-${facts.code}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/* ---- revealing ------------------------------------------------------------------------------- */

async function revealWith(root, facts) {
  const form = part(root, "form");
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
  form.addEventListener("submit", (event) => {
    const nonce = field.value.replace(/\s/g, "").toLowerCase();
    field.value = nonce;
    const wrong = part(root, "wrong");
    wrong.hidden = DIGEST.test(nonce) && committedBy(facts, nonce) === committed;
    if (!wrong.hidden) {
      event.preventDefault();
      field.setAttribute("aria-invalid", "true");
      field.focus();
    }
  });
  submit.disabled = true;
  const fault = await noticeFault(root, facts, committed);
  part(root, "checked").hidden = fault !== "";
  part(root, "unchecked").hidden = fault === "";
  part(root, "fault").textContent = fault;
  submit.disabled = fault !== "";
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
