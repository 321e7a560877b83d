// Making elements. Text goes in as text, never as markup; styles are classes, for the policy allows no others.

/** An element with attributes, `on…` listeners, and children; what is null, false or empty is left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return node;
}

/** An element of a drawing. */
export function shape(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export const button = (words, onclick, classes = "btn") => el("button", { type: "button", class: classes, onclick }, words);

/** A label over its control. */
export function field(words, control, ...below) {
  return el("div", { class: "field" }, el("label", { for: control.id }, words), control, below);
}

/** Say something to who does not see the page. */
export function say(words) {
  document.getElementById("live").textContent = words;
}

/** A code in groups of four, as everywhere in the product. */
export function code(text, groups = 99) {
  const parts = text.includes("-") ? [text] : (text.match(/.{1,4}/g) ?? []);
  const shown = parts.length > groups ? [...parts.slice(0, groups), "…"] : parts;
  return el("code", { class: "code" }, shown.map((part) => el("span", {}, part)));
}
