// A signature drawn by finger, pen or mouse: strokes become an SVG path of whole numbers, posted in a hidden field.
// The server draws its own picture from the numbers (organisations/handwriting.py), so nothing but numbers is sent.

const FINEST = 3; // units between two points: finer ones only make the path longer
const LONGEST = 58_000; // characters; the server takes 60 000

/** Make one form's pad work. Its markup: [data-pad] with an svg, a path[data-ink], [data-clear], [data-state]. */
export function setUp(form) {
  const frame = form.querySelector("[data-pad]");
  const field = form.querySelector('input[name$="strokes"]');
  const svg = frame.querySelector("svg");
  const ink = frame.querySelector("[data-ink]");
  const state = frame.querySelector("[data-state]");
  const { width, height } = svg.viewBox.baseVal;
  const empty = state.textContent;
  let path = field.value;
  let last = null;

  function show() {
    ink.setAttribute("d", path || "M0 0");
    field.value = path;
    state.textContent = path ? "已签，可以重签" : empty;
  }

  function place(event) {
    const box = svg.getBoundingClientRect();
    const clamp = (value, most) => Math.min(Math.max(Math.round(value), 0), most);
    return [clamp(((event.clientX - box.left) / box.width) * width, width), clamp(((event.clientY - box.top) / box.height) * height, height)];
  }

  svg.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    last = place(event);
    path += `M${last[0]} ${last[1]}`;
    show();
  });
  svg.addEventListener("pointermove", (event) => {
    if (!last || !event.isPrimary || path.length > LONGEST) return;
    const [x, y] = place(event);
    if (Math.abs(x - last[0]) + Math.abs(y - last[1]) < FINEST) return;
    last = [x, y];
    path += `L${x} ${y}`;
    show();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    svg.addEventListener(end, () => { last = null; });
  }
  form.querySelector("[data-clear]").addEventListener("click", () => {
    path = "";
    show();
  });
  frame.hidden = false;
  show();
}

for (const form of document.querySelectorAll("form[data-signature]")) setUp(form);
