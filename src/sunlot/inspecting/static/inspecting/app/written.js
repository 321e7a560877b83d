// Records beside the form (inspecting/written/): written without a network, completed, and signed by the other side over the
// very digest that the server computes later. Inspectors sign on the server's page: that asks for their password.

import { blankNode, inWords, isMissing, verb } from "./blanks.js";
import { button, code, el, field } from "./dom.js";
import { canonical, hex, sha256 } from "./record.js";
import { pad, strokesOf } from "./sign.js";
import { clockWords, dayWords, now, second } from "./times.js";

const LEAST_INSPECTORS = 2;
const strip = (text) => text.replace(/^[\s\x1c-\x1f\x85]+|[\s\x1c-\x1f\x85]+$/g, ""); // as Python strips
const places = (kind) => [...kind.blanks, ...kind.closing];

/** The records of a part, the phone's own over the server's. */
export function recordsOf(store, id) {
  const known = new Map((store.part(id)?.written ?? []).map((one) => [one.number, one]));
  for (const [number, own] of Object.entries(store.draft(id).written)) known.set(number, { ...known.get(number), ...own, number, isOwn: true });
  return [...known.values()];
}

/** What was typed without empty texts and rows, and without people and files that are not the part's. */
function fitted(kind, part, evidence, entry) {
  const texts = Object.fromEntries(places(kind).map((one) => [one.name, strip(entry.texts[one.name] ?? "")]).filter(([, text]) => text));
  return {
    texts,
    rows: entry.rows.map((row) => row.map(strip)).filter((row) => row.some(Boolean)),
    officers: part.frame.members.map((one) => one.inspector).filter((number) => entry.officers.includes(number)),
    shown: kind.shows_evidence ? evidence.map((one) => one.digest).filter((digest) => entry.shown.includes(digest)).sort() : [],
  };
}

/** As written/content.py. */
function gaps(kind, part, { texts, rows, officers }) {
  const missing = (blanks) => blanks.filter((one) => isMissing(one, texts)).map((one) => ({ place: `id_${one.name}`, words: `没有${verb(one)}“${one.label}”` }));
  const found = missing(kind.blanks);
  if (texts.began_at && texts.ended_at && texts.ended_at < texts.began_at) found.push({ place: "id_ended_at", words: "结束早于开始，核对时间" });
  const least = Math.min(LEAST_INSPECTORS, part.frame.members.length);
  if (officers.length < least) found.push({ place: "officers", words: `检查人员不少于 ${least} 人` });
  if (rows.length < kind.least_rows) found.push({ place: "rows", words: `至少写一条${kind.row}` });
  rows.forEach((row, at) => kind.columns.forEach((one, cell) => {
    if (isMissing(one, { [one.name]: row[cell] })) found.push({ place: `id_row-${at}-${cell}`, words: `第 ${at + 1} 条${kind.row}没有${verb(one)}“${one.label}”` });
  }));
  return [...found, ...missing(kind.closing)];
}

const digestOf = (kind, part, entry, kept) => sha256(canonical({
  ...part.frame, record: "sunlot-written/1", kind: entry.kind, number: entry.number, edition: entry.edition ?? 1, corrects: entry.corrects ?? null,
  reason: entry.reason ?? "", texts: Object.fromEntries(places(kind).map((one) => [one.name, kept.texts[one.name] ?? ""])),
  columns: kind.columns.map((one) => one.name), rows: kept.rows, officers: kept.officers, evidence: kept.shown,
}));

export function writtenPage(app, id, number) {
  const { store } = app;
  const part = store.part(id);
  const kinds = store.day?.words.written ?? [];
  if (!part) return { redirect: "#/" };
  if (!number) return listPage(app, part, kinds);
  const entry = recordsOf(store, id).find((one) => one.number === number);
  const kind = kinds.find((one) => one.kind === entry?.kind);
  if (!kind) return { redirect: `#/p/${id}/written` };
  return entry.complete || entry.state !== "draft" ? readPage(app, part, kind, entry) : editPage(app, part, kind, entry);
}

const state = (one) => {
  if (one.refused) return ["late", one.refused];
  if (one.isOwn && one.seq > one.sent) return ["now", one.complete ? (one.signature ? "已完成、已签字，待上传" : "已完成，待上传") : "草稿，待上传"];
  return one.state === "draft" && !one.complete ? ["run", "草稿"] : [one.left ? "now" : "done", one.left || "已完成"];
};

function listPage(app, part, kinds) {
  const { store } = app;
  const rows = el("div", { class: "psec" });
  const refresh = () => {
    const all = recordsOf(store, part.id);
    rows.replaceChildren(all.length ? el("ol", { class: "cards" }, all.map((one) => el("li", {}, el("a", { href: `#/p/${part.id}/written/${one.number}` },
      el("b", {}, kinds.find((kind) => kind.kind === one.kind)?.label ?? one.kind), el("span", {}, one.texts.asked_name ?? one.texts.given_by ?? one.texts.place ?? ""), el("span", { class: `mark ${state(one)[0]}` }, state(one)[1]))))) : el("p", { class: "note" }, "还没有写过。"));
  };
  const begin = async (kind) => {
    const number = hex(crypto.getRandomValues(new Uint8Array(16)));
    const known = { place: part.address.split("　").at(-1), writer: store.day.user.name };
    const texts = Object.fromEntries(Object.entries(known).filter(([name]) => places(kind).some((one) => one.name === name)));
    await store.write(part.id, number, { kind: kind.kind, state: "draft", texts, rows: [], officers: part.frame.members.map((one) => one.inspector), shown: [] });
    app.go(`#/p/${part.id}/written/${number}`);
  };
  refresh();
  return {
    title: "笔录和清单", back: `#/p/${part.id}`, refresh, foot: [],
    main: [
      el("h1", {}, part.title, part.is_demo && el("span", { class: "demo" }, "演示")), rows,
      el("section", { class: "psec stack", "aria-labelledby": "h-begin" }, el("h2", { id: "h-begin" }, "另写一份"), kinds.map((kind) => button(kind.label, () => begin(kind), "btn block")),
        el("p", { class: "hint" }, "没有网络也能写、能请对方签字。完成以后内容不再改动；写错的，联网后在网页上另写更正。复核以前要办完。")),
    ],
  };
}

function editPage(app, part, kind, entry) {
  const { store } = app;
  const { number } = entry;
  const rows = [...entry.rows.map((row) => [...row]), ...(entry.rows.length < kind.least_rows ? [kind.columns.map(() => "")] : [])];
  const texts = { ...entry.texts };
  const faults = el("div", { role: "alert" });
  const keep = (values = {}) => store.write(part.id, number, { kind: entry.kind, texts: { ...texts }, rows: rows.map((row) => [...row]), ...values });
  const blank = (one) => blankNode(one, texts[one.name] ?? "", (given) => { texts[one.name] = given; keep(); });

  const box = el("div", { class: "stack", id: "rows" });
  const addRow = (row) => box.append(el("fieldset", { class: "stack" }, el("legend", { class: "label" }, `第 ${rows.indexOf(row) + 1} 条`),
    kind.columns.map((one, at) => blankNode(one, row[at], (given) => { row[at] = given; keep(); }, { id: `id_row-${rows.indexOf(row)}-${at}` }))));
  rows.forEach(addRow);
  const more = button(`再写一条${kind.row}`, () => {
    rows.push(kind.columns.map(() => ""));
    addRow(rows.at(-1));
    box.lastChild.querySelector("input,textarea,select").focus();
  }, "btn block");

  const ticks = (name, all) => all.map(([value, label]) => {
    const tick = el("input", { type: "checkbox", value, checked: (entry[name] ?? []).includes(value) });
    tick.addEventListener("change", () => {
      const chosen = [...tick.closest(".options").querySelectorAll("input")].filter((one) => one.checked).map((one) => one.value);
      keep({ [name]: chosen });
    });
    return el("label", {}, tick, el("span", {}, label));
  });
  const files = kind.shows_evidence ? store.evidence(part.id) : [];

  async function complete() {
    const own = recordsOf(store, part.id).find((one) => one.number === number);
    const kept = fitted(kind, part, store.evidence(part.id), own);
    const missing = gaps(kind, part, kept);
    if (missing.length) {
      const show = (gap) => {
        const target = document.getElementById(gap.place) ?? box;
        target.scrollIntoView({ block: "center" });
        (target.matches("input,textarea,select") ? target : target.querySelector("input,textarea,select"))?.focus({ preventScroll: true });
      };
      faults.replaceChildren(el("div", { class: "note bad" }, el("p", {}, el("strong", {}, `还差 ${missing.length} 处：`)), missing.map((gap) => el("p", {}, button(gap.words, () => show(gap), "linklike")))));
      return faults.scrollIntoView({ block: "center" });
    }
    if (!await app.confirm("完成？", "完成以后内容不再改动，各方签的是它的摘要。写错的，联网后另写更正。", "完成")) return undefined;
    await store.write(part.id, number, { kind: entry.kind, ...kept, complete: true, digest: await digestOf(kind, part, own, kept) });
    return app.render({ top: true });
  }

  return {
    title: kind.label, back: `#/p/${part.id}/written`, refresh() {},
    main: [
      el("h1", {}, part.title, part.is_demo && el("span", { class: "demo" }, "演示")),
      entry.reason && el("p", { class: "note" }, `第 ${entry.edition} 版，更正：${entry.reason}`),
      entry.refused && el("div", { class: "note bad stack", role: "alert" }, el("p", {}, `没有收：${entry.refused}`), button("以本机填的为准，再送一次", async () => { await keep({ refused: "" }); app.sync.now(); app.render(); })),
      faults,
      el("section", { class: "psec stack" }, el("h2", {}, "基本情况"), kind.blanks.map(blank),
        el("fieldset", { id: "officers" }, el("legend", { class: "label" }, "检查人员（不少于两人）"), el("div", { class: "options column" }, ticks("officers", part.frame.members.map((one) => [one.inspector, one.name]))))),
      el("section", { class: "psec stack" }, el("h2", {}, kind.row), box, more),
      kind.closing.length > 0 && el("section", { class: "psec stack" }, el("h2", {}, "核对和意见"), kind.closing.map(blank)),
      kind.shows_evidence && el("section", { class: "psec stack" }, el("h2", {}, "附照片和文件"), files.length > 0
        ? el("fieldset", {}, el("legend", { class: "visually-hidden" }, "附照片和文件"), el("div", { class: "options column" }, ticks("shown", files.map((one) => [one.digest, `${one.caption || one.name}${one.taken_at ? `，${clockWords(one.taken_at)}` : ""}`]))))
        : el("p", { class: "hint" }, "先在检查表里拍照，再回来勾选。")),
    ],
    foot: [el("p", {}, "每改一处都已存在手机里"), button("完成，去签字", complete, "btn next-step")],
  };
}

function readPage(app, part, kind, entry) {
  const { store } = app;
  const faults = el("div", { role: "alert" });
  const name = el("input", { class: "input", id: "signer", maxlength: 40, autocomplete: "off" });
  const hand = pad("签字框，用手指书写姓名", "在框内手写姓名");
  hand.prepend(field("签字人姓名", name));
  hand.append(button(`${kind.signer}签字完毕`, async () => {
    const strokes = strokesOf(hand);
    const words = !name.value.trim() ? "填写签字人姓名。" : !strokes ? "还没有签字，或签得太短。请在框内手写姓名。" : "";
    if (words) return faults.replaceChildren(el("p", { class: "fault" }, words));
    await store.write(part.id, entry.number, { ...entry, signature: { name: name.value.trim(), strokes, at: second(now()) } });
    await store.settled();
    app.sync.now();
    return app.go(`#/p/${part.id}/written`);
  }, "btn next-step block"));
  const said = (one, text) => text && el("div", {}, el("dt", {}, one.label), el("dd", { class: "told" }, inWords(one, text)));
  const facts = (blanks) => el("dl", { class: "facts" }, blanks.map((one) => said(one, entry.texts[one.name])));
  const names = part.frame.members.filter((one) => entry.officers.includes(one.inspector)).map((one) => one.name).join("、");
  const waits = entry.isOwn && !entry.signature && entry.complete;
  const { signature } = entry;
  return {
    title: kind.label, back: `#/p/${part.id}/written`, refresh() {}, foot: [],
    main: [
      el("h1", {}, part.title, part.is_demo && el("span", { class: "demo" }, "演示")), el("p", { class: "meta" }, el("span", { class: `mark ${state(entry)[0]}` }, state(entry)[1])),
      entry.refused && entry.isOwn && el("div", { class: "note bad stack", role: "alert" }, el("p", {}, `没有收：${entry.refused}`), button("退回草稿，改好后再完成", async () => { await store.write(part.id, entry.number, { ...entry, complete: false, digest: "", signature: null, refused: "" }); app.render(); })),
      facts(kind.blanks), el("p", {}, `检查人员：${names}`),
      entry.rows.length > 0 && el("ol", { class: "record" }, entry.rows.map((row, at) => el("li", {}, el("span", { class: "no" }, at + 1), el("div", {}, kind.columns.map((one, cell) => row[cell] && el("p", { class: "told" }, el("b", {}, one.label), `　${inWords(one, row[cell])}`)))))),
      facts(kind.closing),
      entry.shown.length > 0 && el("p", {}, `附照片和文件 ${entry.shown.length} 个`),
      entry.digest && el("p", { class: "hint" }, "摘要 ", code(entry.digest, 4)),
      signature && el("p", { class: "note" }, `${signature.name}已于 ${dayWords(signature.at)} ${clockWords(signature.at)} 签字。`), faults,
      waits && el("section", { class: "psec", "aria-labelledby": "h-hand" }, el("h2", { id: "h-hand" }, `${kind.signer}核对后签字`), hand),
      entry.pk ? el("p", { class: "psec" }, el("a", { class: "btn block", href: `/field/${part.id}/written/${entry.pk}/` }, "检查人员签字、纸质签字、更正（联网）")) : el("p", { class: "hint" }, "上传以后，检查人员用各自的账号签字；纸质签字、无法取得签字也在那里办理。"),
    ],
  };
}
