// The inspection code: signed by this phone for these 30 seconds, by the server's clock, with or without a network.

import { el, shape } from "./dom.js";
import { qr } from "./qr.js";
import { clockWords, now, second } from "./times.js";

const QUIET = 4; // modules of white around the code

/** The address that is shown now (codes/tokens.py); null where the phone has no key for today. */
export async function address(codes, number, at = now()) {
  const key = codes?.keys[second(at).slice(0, 10)];
  if (!key) return null;
  const step = Math.floor(at / 1000 / codes.step).toString(36);
  const raw = Uint8Array.from(key.match(/../g), (pair) => parseInt(pair, 16));
  const hmac = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", hmac, new TextEncoder().encode(`${number}.${step}.${codes.device}`)));
  const text = btoa(String.fromCharCode(...mac.subarray(0, 16))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `${codes.base}${number}/${step}.${codes.device}.${text}/`;
}

/** A code as a drawing. */
export function drawing(text) {
  const { rows } = qr(text);
  const size = rows.length + 2 * QUIET;
  const dark = rows.flatMap((row, y) => row.map((is, x) => (is ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : ""))).join("");
  return shape("svg", { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": "检查码，请被检查人用手机扫码", "shape-rendering": "crispEdges" },
    shape("path", { d: `M0 0h${size}v${size}h-${size}z`, fill: "#ffffff" }), shape("path", { d: dark, fill: "#000000" }));
}

export function codePage(app, id) {
  const part = app.store.part(id);
  if (!part) return { redirect: "#/" };
  const box = el("div", { class: "qr" });
  const left = el("p", { class: "qr-left" });
  const { codes } = app.store.day;
  let shown = null;

  async function refresh() {
    const at = now();
    const text = part.code ? await address(codes, part.code, at) : null;
    if (!text) {
      box.replaceChildren(el("p", { class: "note bad", role: "alert" }, "这部手机没有今天的检查码。联网同步一次，再出示。"));
      left.textContent = "";
      return;
    }
    if (text !== shown) {
      shown = text;
      box.replaceChildren(drawing(text));
      box.dataset.address = text; // for who can't scan: read out to them, or looked at by a test
    }
    left.textContent = `${codes.step - (Math.floor(at / 1000) % codes.step)} 秒后更换　${clockWords(second(at))}`;
  }

  const timer = setInterval(() => {
    if (box.isConnected) refresh();
    else clearInterval(timer);
  }, 1000);
  refresh();
  return {
    title: "检查码",
    back: `#/p/${id}`,
    refresh: () => {},
    main: [
      el("h1", {}, part.title, part.is_demo && el("span", { class: "demo" }, "演示")),
      el("p", {}, "请被检查人用自己的手机扫码，核实这次检查现在是否有效。到场时扫一次，记为进入；离开时再扫一次，记为离开。"),
      box, left,
      el("p", { class: "hint" }, part.code && `检查码编号 ${part.code}。`, "截屏和照片 60 秒后失效。没有网络也能出示。"),
    ],
    foot: [],
  };
}
