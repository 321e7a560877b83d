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

/** The children of a node made anew: what is as it was stays where it is, with the focus that may be on it. */
export function renew(node, children) {
  const fresh = children.filter(Boolean);
  const had = [...node.childNodes];
  fresh.forEach((child, at) => {
    const old = had[at];
    if (!old) node.append(child);
    else if (old.isEqualNode(child)) return;
    else if (old.tagName === child.tagName && ["OL", "SECTION", "LI"].includes(old.tagName)) alike(old, child);
    else old.replaceWith(child);
  });
  had.slice(fresh.length).forEach((old) => old.remove());
}

function alike(old, child) {
  for (const { name } of [...old.attributes]) if (!child.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of child.attributes) old.setAttribute(name, value);
  renew(old, [...child.childNodes]);
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
