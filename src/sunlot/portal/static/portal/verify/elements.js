// Small pieces of the page, made without markup in strings: whatever a bundle says stays text.

/** An element with attributes (null ones are left out) and children: texts, elements, or null for none. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(name, value);
  element.append(...children.flat().filter((child) => child !== null));
  return element;
}

/** A code or digest in groups of four: the gap is CSS, so a copy holds no spaces. */
export function code(value, groups = Infinity) {
  const parts = value.match(/.{1,4}/g) ?? [];
  const shown = parts.length > groups ? [...parts.slice(0, groups), "…"] : parts;
  return el("code", { class: "code" }, shown.map((part) => el("span", {}, part)));
}

/** A command to copy, scrolled with the keyboard where it is long. */
export const command = (line) => el("pre", { class: "cmd", tabindex: "0" }, el("code", {}, line));

/** A list of facts: rows of [name, what, hint]; rows that are null are left out. */
export function facts(rows) {
  return el("dl", { class: "facts" }, rows.filter((row) => row !== null).map(([name, what, hint]) => (
    el("div", {}, el("dt", {}, name), el("dd", {}, what, hint ? el("p", { class: "hint" }, hint) : null))
  )));
}

/** A state by shape and word: done, late, off. */
export const mark = (kind, word) => el("span", { class: `mark ${kind}` }, word);
