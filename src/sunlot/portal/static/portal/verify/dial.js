// The ticket dial: every ticket of one drum at the angle ticket / 2^256, clockwise from the top, and at nothing else;
// lanes only keep dots from covering each other. Classes are those of the style sheet (`.dial`).

import { thousands } from "../../sunlot/js/text.js";
import { turnOf } from "./tickets.js";

const SVG = "http://www.w3.org/2000/svg";
const CENTRE = 300;
const [INNER, OUTER, FIRST_LANE] = [196, 262, 206];
const MOST_DOTS = 2000; // more are drawn as ticks
const TICKS = 720;
const [LANE, GAP] = [9, 8];
const COLOURS = { ball: "#c3bfb4", best: "#17406f", wait: "#845400", won: "#1b1e23" }; // of the tokens, for ticks
const WORDS = { won: "抽中", wait: "候补", best: "未抽中" };

const figure = (value) => value.toFixed(1).replace(/\.0$/, "");

/** The point at a part of a turn. */
const at = (turn, radius) => [
  CENTRE + radius * Math.sin(2 * Math.PI * turn), CENTRE - radius * Math.cos(2 * Math.PI * turn),
];
const xy = (turn, radius) => at(turn, radius).map(figure).join(" ");
const spoke = (turn, start, end) => `M${xy(turn, start)}L${xy(turn, end)}`;

function make(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const path = (kind, d, more = {}) => make("path", { class: kind, d, ...more });

/**
 * The SVG element of a drum as `explain.js` describes it: label, unit, dots, how many tickets there are and each holds
 * (0 where they differ), the cut-off ticket, that of the last reserve, and the place of the one looked up. `id` begins every id in it.
 */
export function dial(drum, id) {
  const cut = drum.cut ? turnOf(drum.cut) : 0;
  const end = drum.end ? turnOf(drum.end) : cut;
  const spots = placed(drum.dots);
  const [labelX, labelY] = at(cut, 290); // the words of the cut-off ticket stand outside the ring
  const half = Math.max(340, Math.ceil(Math.abs(labelX - CENTRE) + 100));
  const height = Math.max(604, Math.ceil(labelY + 40));
  const svg = make("svg", {
    class: "dial", viewBox: `${CENTRE - half} -4 ${2 * half} ${height}`, role: "img", "aria-labelledby": `${id}-t ${id}-d`,
  });
  svg.append(make("title", { id: `${id}-t` }, `${drum.label}的签盘`), make("desc", { id: `${id}-d` }, sentence(drum)));
  svg.append(...rings(id, cut, end), ...(spots.length > MOST_DOTS ? ticks(spots) : dots(spots)));
  svg.append(path("cut", spoke(0, 188, 272) + (drum.cut ? spoke(cut, 182, 276) : "")));
  svg.append(...labels(drum, cut), ...mark(drum.me, spots));
  return svg;
}

const counted = (drum, kind) => drum.dots.filter((dot) => dot.kind === kind).length;

/** What the dial shows, with all numbers, for those who can't see it. */
function sentence(drum) {
  const parts = Object.entries(WORDS)
    .map(([kind, word]) => [word, counted(drum, kind)])
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${thousands(count)} ${drum.unit}${word}`);
  const limit = drum.cut ? `签号不超过 ${drum.cut.slice(0, 8)}… 的为抽中。` : "";
  return `圆周从正上方起，顺时针为签号 0 到 2 的 256 次方。共 ${thousands(drum.tickets)} 签：${parts.join("，")}。${limit}所查对象在 ${(100 * drum.me).toFixed(2)}% 处。`;
}

/** The dots in the order of their angles, each in the first lane in which it covers no other. */
function placed(all) {
  const sorted = [...all].sort((one, other) => one.turn - other.turn);
  if (sorted.length > MOST_DOTS) return sorted.map((dot) => ({ ...dot, radius: (INNER + OUTER) / 2 }));
  const lanes = [];
  for (let radius = FIRST_LANE; radius < OUTER - 8; radius += LANE) lanes.push({ radius, first: null, last: null });
  const room = ({ radius, first, last }, turn) => (
    last === null ? Infinity : 2 * Math.PI * radius * Math.min(turn - last, first + 1 - turn)
  );
  return sorted.map((dot) => {
    const widest = () => lanes.reduce((one, other) => (room(other, dot.turn) > room(one, dot.turn) ? other : one));
    const lane = lanes.find((one) => room(one, dot.turn) >= GAP) ?? widest();
    lane.first ??= dot.turn;
    lane.last = dot.turn;
    return { ...dot, radius: lane.radius };
  });
}

/** One path for each class, the most important last and so on top. */
function dots(spots) {
  return Object.keys(COLOURS).flatMap((kind) => {
    const own = spots.filter((spot) => spot.kind === kind);
    return own.length ? [path(`dot ${kind}`, own.map(({ turn, radius }) => `M${xy(turn, radius)}h0`).join(""))] : [];
  });
}

/** For each half degree one tick, its length the number of its tickets, the drawn ones innermost. */
function ticks(spots) {
  const counts = Array.from({ length: TICKS }, () => ({ won: 0, wait: 0, best: 0, ball: 0 }));
  for (const { turn, kind } of spots) counts[Math.floor(turn * TICKS)][kind] += 1;
  const total = (one) => one.won + one.wait + one.best + one.ball;
  const scale = (OUTER - FIRST_LANE) / Math.max(...counts.map(total));
  const reached = counts.map(() => FIRST_LANE);
  return Object.keys(COLOURS).reverse().map((kind) => {
    const lines = counts.map((one, place) => {
      const start = reached[place];
      reached[place] += scale * one[kind];
      return one[kind] ? spoke((place + 0.5) / TICKS, start, reached[place]) : "";
    });
    return path(`tick ${kind}-tick`, lines.join(""), { fill: "none", stroke: COLOURS[kind] });
  });
}

/** The outline of the ring's piece from `start` to `end`. */
function sector(start, end) {
  const large = end - start > 0.5 ? 1 : 0;
  return `M${xy(start, INNER)}L${xy(start, OUTER)}A262 262 0 ${large} 1 ${xy(end, OUTER)}`
    + `L${xy(end, INNER)}A196 196 0 ${large} 0 ${xy(start, INNER)}Z`;
}

/** The two circles, the arc of the drawn from 0 to `cut`, and that of the reserve from there to `end`. */
function rings(id, cut, end) {
  const found = [INNER, OUTER].map((r) => make("circle", { class: "track", cx: CENTRE, cy: CENTRE, r }));
  if (cut) found.push(path("drawn-arc", sector(0, cut)));
  if (end > cut) {
    const size = { id: `${id}-h`, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
    found.push(make("defs", {}, make("pattern", size, path("hatch", "M0 0v6"))));
    found.push(path("reserve-arc", sector(cut, end), { fill: `url(#${id}-h)` }));
  }
  return found;
}

function text(kind, [x, y], anchor, ...words) {
  const attributes = { x: figure(x), y: figure(y), "text-anchor": anchor };
  return make("text", kind ? { class: kind, ...attributes } : attributes, ...words);
}

function labels(drum, cut) {
  const quarters = [[0.25, "¼"], [0.5, "½"], [0.75, "¾"]];
  const found = [path("track", quarters.map(([part]) => spoke(part, OUTER, OUTER + 8)).join(""))];
  for (const [part, name] of quarters) {
    const [x, y] = at(part, OUTER + 22);
    if (!cut || Math.abs(cut - part) > 0.03) found.push(text("", [x, y + 5], "middle", name));
  }
  found.push(text("", [292, 24], "end", "签号从 0 起，顺时针"));
  if (drum.cut) {
    const [x, y] = at(cut, 290);
    const value = make("tspan", { x: figure(x), dy: "1.3em" }, `${drum.cut.slice(0, 8)}…`);
    found.push(text("mid", [x, y], cut < 0.5 ? "start" : "end", "截止签", value));
  }
  const [won, wait] = [counted(drum, "won"), counted(drum, "wait")];
  const everyone = won + wait + counted(drum, "best");
  found.push(text("mid", [CENTRE, 248], "middle", drum.label));
  found.push(text("big", [CENTRE, 302], "middle", `${thousands(everyone)} ${drum.unit}抽 ${thousands(won)} ${drum.unit}`));
  const tickets = drum.each ? `每${drum.unit} ${drum.each} 签，机会均等` : `共 ${thousands(drum.tickets)} 签，持签不等`;
  found.push(text("", [CENTRE, 336], "middle", tickets));
  if (wait) found.push(text("", [CENTRE, 360], "middle", `候补 ${thousands(wait)} ${drum.unit}`));
  return found;
}

/** The ring around the one that was looked up, with its words inside. */
function mark(turn, spots) {
  const spot = spots.find((one) => one.turn === turn && one.kind !== "ball");
  const [cx, cy] = at(turn, spot.radius).map(figure);
  const [x, y] = at(turn, 147);
  return [
    make("circle", { class: "me", cx, cy, r: 8 }),
    path("me-line", spoke(turn, 188, 166)),
    text("me-text", [x, y + 5], "middle", "所查对象"),
  ];
}
