// The inspected reads the record and signs, by finger, on paper, or not at all. What is signed is the digest of the whole
// record, computed here: the server takes the signature only for the very same record.

import { setUp } from "../../sunlot/js/pad.js";
import { inWords } from "./blanks.js";
import { Unfit, take } from "./capture.js";
import { button, code, el, field, shape } from "./dom.js";
import { content, digestOf, gaps, isOutside, list, measuredRows, offered, text } from "./record.js";
import { clockWords, dayWords, offset, second } from "./times.js";

const [WIDTH, HEIGHT] = [680, 240]; // organisations/handwriting.py
const LEAST_INK = 80;
const ANSWERS = { fine: ["done", "未发现问题"], problem: ["late", "发现问题"], na: ["off", "不适用"], "": ["", "未填写"] };

export function signPage(app, id) {
  const { store } = app;
  const part = store.part(id);
  const words = store.day?.words;
  if (!part || gaps(part, store.draft(id).texts, store.evidence(id), words).length) return { redirect: part ? `#/p/${id}` : "#/" };
  const { texts } = store.draft(id);
  const digest = el("p", { class: "hint" });
  const faults = el("div", { role: "alert" });
  digestOf(part, texts, store.evidence(id), null, words).then((found) => digest.replaceChildren("记录摘要 ", code(found, 4)));

  const fail = (message) => faults.replaceChildren(el("p", { class: "fault" }, message));

  async function give(given, absence = null) {
    const now = await digestOf(part, texts, store.evidence(id), absence, words);
    await store.set(id, { signature: { ...given, ...(absence ?? {}), digest: now, at: second(Date.now()), offset: offset(), sent: false, refused: "" }, submit: "" });
    await store.settled();
    app.sync.now();
    app.go("#/");
  }

  const hand = pad("签字框，用手指书写姓名", "在框内手写姓名");
  const name = el("input", { class: "input", id: "signer", maxlength: 40, autocomplete: "off" });
  hand.prepend(field("签字人姓名", name));
  hand.append(button("被检查人签字完毕", () => {
    if (!name.value.trim()) return fail("填写签字人姓名。");
    const strokes = strokesOf(hand);
    return strokes ? give({ kind: "hand", name: name.value.trim(), strokes }) : fail("还没有签字，或签得太短。请在框内手写姓名。");
  }, "btn next-step block"));

  const signer = el("input", { class: "input", id: "paper-signer", maxlength: 40 });
  const scan = el("input", { class: "input", id: "paper-scan", type: "file", accept: "image/jpeg,image/png", capture: "environment" });
  const paper = el("div", { class: "stack" }, el("p", {}, "在打印的检查表上签字或盖章后拍照。复核人与原件核对后生效。"),
    field("签字人姓名，或盖章单位", signer), field("签署件照片", scan),
    button("用这张签署件", async () => {
      if (!signer.value.trim()) return fail("填写签字人姓名，或盖章单位。");
      if (!scan.files.length) return fail("拍下签字或盖章的检查表。");
      try {
        const file = await take(store, id, scan.files[0], { kind: "sealed", camera: true });
        return await give({ kind: "paper", name: signer.value.trim(), scan: file.digest });
      } catch (fault) {
        if (!(fault instanceof Unfit)) throw fault;
        return fail(fault.message);
      }
    }, "btn block"));

  const reason = el("textarea", { class: "input", id: "why-not", rows: 3, maxlength: 4000 });
  const witness = el("input", { class: "input", id: "witness", maxlength: 40 });
  const witnessIs = el("input", { class: "input", id: "witness-is", maxlength: 80 });
  const witnessPad = pad("签字框，由见证人用手指书写姓名", "");
  const absent = el("div", { class: "stack" }, field("原因", reason, el("p", { class: "hint" }, "如：当事人拒绝签字；场所关闭，无人到场。")),
    field("见证人姓名", witness), field("见证人身份（可不填）", witnessIs), el("p", { class: "label" }, "见证人签字（可不签）"), witnessPad,
    button("注明无法取得签字", () => {
      if (!reason.value.trim()) return fail("写明无法取得签字或盖章的原因。");
      if (!witness.value.trim()) return fail("写明见证人的姓名。");
      const absence = { reason: reason.value.trim(), witness: witness.value.trim(), witness_is: witnessIs.value.trim() };
      return give({ kind: "absence", strokes: strokesOf(witnessPad) }, absence);
    }, "btn block"));

  return {
    title: "被检查人签字", back: `#/p/${id}`, refresh() {}, foot: [],
    main: [
      el("h1", {}, part.title, part.is_demo && el("span", { class: "demo" }, "演示")),
      el("p", { class: "meta" }, [part.frame.task, part.frame.organisation.name].map((one) => el("span", {}, one))),
      el("section", { class: "psec", "aria-labelledby": "h-read" }, el("h2", { id: "h-read" }, "由被检查人核对"), recordNode(part, texts, store.evidence(id), words), digest),
      faults,
      el("section", { class: "psec", "aria-labelledby": "h-hand" }, el("h2", { id: "h-hand" }, "在屏幕上签字"), hand),
      el("section", { class: "psec", "aria-labelledby": "h-paper" }, el("h2", { id: "h-paper" }, "或者在纸上签字、盖章"), el("details", {}, el("summary", {}, "拍下签署件"), paper)),
      el("section", { class: "psec", "aria-labelledby": "h-absent" }, el("h2", { id: "h-absent" }, "或者无法取得签字"), el("details", {}, el("summary", {}, "写明原因和见证人"), absent)),
    ],
  };
}

export function pad(label, empty) {
  const ink = shape("path", { "data-ink": "", fill: "none", stroke: "#1b1e23", "stroke-width": 5, "stroke-linecap": "round", "stroke-linejoin": "round" });
  const svg = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label }, shape("path", { d: "M40 192h600", stroke: "#8b877c", "stroke-dasharray": "4 8" }), ink);
  const form = el("div", { class: "stack" }, el("div", { "data-pad": true, hidden: true }, el("div", { class: "pad" }, svg),
    el("div", { class: "row-wrap" }, el("button", { class: "btn", type: "button", "data-clear": true }, "重签"), el("span", { class: "hint", "data-state": true, role: "status" }, empty))),
  el("input", { type: "hidden", name: "strokes" }));
  setUp(form);
  return form;
}

/** What was drawn, or nothing where it is too little to be a name. */
export function strokesOf(form) {
  const path = form.querySelector('input[name="strokes"]').value;
  const points = [...path.matchAll(/([ML])(\d+) (\d+)/g)].map(([, command, x, y]) => [command, Number(x), Number(y)]);
  const ink = points.reduce((sum, [command, x, y], at) => (command === "L" ? sum + Math.abs(x - points[at - 1][1]) + Math.abs(y - points[at - 1][2]) : sum), 0);
  return ink < LEAST_INK ? "" : path;
}

/** The record to be read before signing. */
function recordNode(part, texts, evidence, words) {
  const record = content(part, texts, evidence, null, words);
  const severities = new Map(words.severities);
  const line = (item) => [
    ...offered(item, texts), text(texts, "note", item.code),
    text(texts, "severity", item.code) && `严重程度：${severities.get(text(texts, "severity", item.code))}`,
    text(texts, "article", item.code) && `违反条款：${text(texts, "article", item.code)}`,
    ...measuredRows(text(texts, "measured", item.code)).map((row) => `${row[0]} ${row[1]}${row[2]}${isOutside(row) ? "（超限）" : ""}`),
    counted(evidence.filter((one) => one.item === item.code)),
  ].filter(Boolean);
  const time = (value) => `${dayWords(value)} ${clockWords(value)}`;
  return el("div", {}, el("ol", { class: "record" }, part.items.map((item, at) => {
    const [mark, said] = ANSWERS[text(texts, "answer", item.code)];
    return el("li", {}, el("span", { class: "no" }, at + 1), el("div", {}, el("b", {}, item.name), " ", el("small", {}, item.code), line(item).map((one) => el("p", { class: "told" }, one))), el("span", { class: `mark ${mark}` }, said));
  })), el("dl", { class: "facts" },
    fact("检查结果", record.categories.join("；")), fact("检查方式", list(record.mode).map((mode) => new Map(words.modes).get(mode)).join("、")),
    list(record.mode).flatMap((mode) => words.blanks[mode]).map((blank) => record.details[blank.name] && fact(blank.label, inWords(blank, record.details[blank.name]))),
    fact("检查时间", `${time(record.began_at)} 至 ${time(record.ended_at)}`),
    record.from_paper && fact("补录", "检查时填写纸质表"), record.remark && fact("情况说明", record.remark),
    evidence.some((one) => !one.item) && fact("整次检查", counted(evidence.filter((one) => !one.item)))));
}

const fact = (name, value) => el("div", {}, el("dt", {}, name), el("dd", { class: "told" }, value));

function counted(evidence) {
  const [photos, screens] = ["photo", "shot"].map((kind) => evidence.filter((one) => one.kind === kind).length);
  const others = evidence.length - photos - screens;
  return list([photos ? `照片 ${photos} 张` : "", screens ? `网页截图 ${screens} 张` : "", others ? `文件 ${others} 个` : ""].join(",")).join("、");
}
