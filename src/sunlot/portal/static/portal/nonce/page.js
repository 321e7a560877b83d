// The page that makes a contributor's secret number where there is no network: it computes the commitment and shows the
// slip to print. It keeps nothing and asks nobody.

import { commitment, newNonce } from "../../sunlot/js/protocol.js";
import { saveSlip, showSlip } from "../../sunlot/js/slip.js";
import { isIdentifier } from "../../sunlot/js/text.js";

const MOST_ATTEMPTS = 999_999;

const isAttempt = (text) => /^[1-9][0-9]*$/.test(text) && Number(text) <= MOST_ATTEMPTS;
const FIELDS = [
  ["draw", isIdentifier, "照抽取页面填写抽取编号，例如 150300-2026-0007。"],
  ["attempt", isAttempt, "填第几次抽取，例如 1。"],
  ["contributor", isIdentifier, "照抽取页面填写参与方代码，例如 zjj-wuye。"],
];

/** Bring the page under `root` to life. */
export function startPage(root) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const form = part("form");
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (FIELDS.map((rule) => isRight(form, ...rule)).includes(false)) {
      form.querySelector("[aria-invalid=true]").focus();
      return;
    }
    make(root, part, form);
  });
  part("print").addEventListener("click", () => window.print());
  part("again").addEventListener("click", () => {
    part("made").hidden = true;
    form.hidden = false;
    form.elements.draw.focus();
  });
}

function isRight(form, name, rule, words) {
  const field = form.elements[name];
  field.value = field.value.trim();
  const right = rule(field.value);
  field.setAttribute("aria-invalid", String(!right));
  form.querySelector(`[data-fault="${name}"]`).textContent = right ? "" : words;
  return right;
}

function make(root, part, form) {
  const { draw, attempt, contributor, hash } = form.elements;
  const nonce = newNonce();
  const slip = {
    title: form.elements.title.value.trim(), draw: draw.value, attempt: attempt.value, code: contributor.value, hash: hash.value, nonce,
    commitment: commitment(hash.value, draw.value, attempt.value, contributor.value, nonce),
  };
  const told = { ...slip, title: slip.title ? `${slip.title} · 密数条` : "密数条", hash: hash.options[hash.selectedIndex].text };
  for (const name of ["title", "draw", "attempt", "code", "hash"]) {
    root.querySelector(`[data-show="${name}"]`).textContent = told[name];
  }
  showSlip(root, slip);
  part("save").onclick = () => saveSlip(slip);
  form.hidden = true;
  part("made").hidden = false;
  part("made").focus();
}
