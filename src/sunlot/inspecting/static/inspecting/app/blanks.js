// Places to fill in, as inspecting/blanks.py declares them: their controls, what is missing, and how they read.

import { el, field } from "./dom.js";
import { clockWords, dayWords, fromControl, toControl } from "./times.js";

/** Whether a place must be filled in, among these texts, and is not. */
export function isMissing(blank, texts) {
  const asked = blank.when ? (texts[blank.when[0]] ?? "") === blank.when[1] : blank.required;
  return asked && !(texts[blank.name] ?? "").trim();
}

export const verb = (blank) => (blank.sort === "choice" ? "选" : "填");

/** A text as people read it. */
export function inWords(blank, text) {
  if (blank.sort === "choice") return new Map(blank.choices).get(text) ?? text;
  if (blank.sort === "minute") return text && `${dayWords(text)} ${clockWords(text)}`;
  return text;
}

/** A label over the control of a place; `give` hears each change as a text. */
export function blankNode(blank, value, give, { id = `id_${blank.name}`, below = [] } = {}) {
  const common = { class: "input", id };
  let control;
  if (blank.sort === "choice") {
    control = el("select", common, [["", "请选择"], ...blank.choices].map(([one, label]) => el("option", { value: one, selected: one === value }, label)));
  } else if (blank.sort === "long") {
    control = el("textarea", { ...common, rows: 3, maxlength: blank.longest });
    control.value = value;
  } else {
    const type = { day: "date", minute: "datetime-local" }[blank.sort] ?? "text";
    control = el("input", { ...common, type, value: blank.sort === "minute" ? toControl(value) : value, maxlength: type === "text" ? blank.longest : null, autocomplete: "off" });
  }
  control.addEventListener(control.matches("select, [type=date], [type=datetime-local]") ? "change" : "input", () => give(blank.sort === "minute" ? fromControl(control.value) : control.value));
  return field(blank.label, control, blank.hint && el("p", { class: "hint" }, blank.hint), below);
}
