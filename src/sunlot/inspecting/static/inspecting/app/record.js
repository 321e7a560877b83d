// A part's record on the phone: what is missing, and the very bytes that the server will compute its digest from.
// Both follow inspecting/records.py line by line; tests/inspecting/test_phone_app.py compares the two on random drafts.

import { isMissing, verb } from "./blanks.js";
import { now, today } from "./times.js";

/** A draft's text of one field, empty where it has none. */
export const text = (texts, name, code) => texts[code === undefined ? name : `${name}-${code}`] ?? "";

export const list = (value) => value.split(",").filter(Boolean);

/** How many items are answered. */
export const answered = (part, texts) => part.items.filter((item) => text(texts, "answer", item.code)).length;

/** Measured values as text, one a line, without rows that have no name or no value. */
export function measuredText(rows) {
  const clean = (cell) => (cell ?? "").replace(/[|｜\r\n]/g, " ").trim();
  return rows.map((row) => row.map(clean)).filter((row) => row[0] && row[1])
    .map((row) => row.join("|").replace(/\|+$/, "")).join("\n");
}

export const measuredRows = (value) => value.split("\n").filter(Boolean).map((line) => [...line.split("|"), "", "", "", ""].slice(0, 5));

/** Whether a measured value lies outside its limits. */
export function isOutside([, value, , least, most]) {
  const number = (cell) => (cell.trim() === "" ? NaN : Number(cell));
  return number(value) < number(least) || number(value) > number(most);
}

/** Everything that stands between a draft and its signature, in the order of the page. */
export function gaps(part, texts, evidence, words) {
  return [...inItems(part, texts, evidence), ...inTimes(part, texts), ...inModes(texts, evidence, words), ...inCategories(part, texts, words), ...inEvidence(texts, evidence), ...inContact(part, texts, evidence)];
}

/** “Unreachable” needs attempts, which are noted on the server, and a photo of the place (notices/contact.py). */
function inContact({ unreachable }, texts, evidence) {
  if (!unreachable || !list(text(texts, "categories")).includes(unreachable.category)) return [];
  const found = unreachable.attempts ? [{ place: "categories", words: unreachable.attempts }] : [];
  return evidence.some((one) => one.kind === "photo" && !one.item) ? found : [...found, { place: "evidence", words: unreachable.photo }];
}

function inItems(part, texts, evidence) {
  const day = text(texts, "began_at").slice(0, 10) || today();
  const found = [];
  part.items.forEach(({ code, name, proof, used_until: until }, at) => {
    const answer = text(texts, "answer", code);
    const called = `第 ${at + 1} 项“${name}”`;
    if ((answer === "fine" || answer === "problem") && until && until < day) {
      found.push({ place: `item-${code}`, words: `${called}已废止，不能再检查，选“不适用”` });
    } else if (!answer) {
      found.push({ place: `item-${code}`, words: `${called}还没有填写` });
    } else if (lacksProof(proof, answer) && !evidence.some((one) => one.item === code)) {
      found.push({ place: `item-${code}`, words: `${called}按规定要有照片或文件` });
    } else if (answer === "problem" && !text(texts, "note", code).trim() && !text(texts, "offers", code)) {
      found.push({ place: `id_note-${code}`, words: `${called}发现问题，要选问题或写明情况` });
    }
  });
  return found;
}

/** Whether an item's own rule asks for evidence under this answer. */
export const lacksProof = (proof, answer) => (proof === "always" && (answer === "fine" || answer === "problem")) || (proof === "problem" && answer === "problem");

function inTimes(part, texts) {
  const [mode, began, ended] = ["mode", "began_at", "ended_at"].map((name) => text(texts, name));
  const found = mode ? [] : [{ place: "mode", words: "没有选检查方式" }];
  if (!began) found.push({ place: "id_began_at", words: "没有填检查开始时间" });
  else if (began.slice(0, 10) < part.dispatched_on) found.push({ place: "id_began_at", words: "检查开始时间早于任务派发日，核对日期" });
  if (!ended) found.push({ place: "id_ended_at", words: "没有填检查结束时间" });
  else if (Date.parse(ended) > now() + 60_000) found.push({ place: "id_ended_at", words: "检查结束时间还没有到，核对时间" });
  else if (began && ended < began) found.push({ place: "id_ended_at", words: "检查结束早于开始，核对时间" });
  return found;
}

/** Each mode says what it must; what is watched on the network is seen on a screenshot (inspecting/modes.py). */
function inModes(texts, evidence, words) {
  const labels = new Map(words.modes);
  const chosen = list(text(texts, "mode"));
  const found = chosen.flatMap((mode) => words.blanks[mode].filter((blank) => isMissing(blank, texts))
    .map((blank) => ({ place: `id_${blank.name}`, words: `${labels.get(mode)}没有${verb(blank)}“${blank.label}”` })));
  return chosen.includes("network") && !evidence.some((one) => one.kind === "shot") ? [...found, { place: "shots", words: words.no_shot }] : found;
}

function inCategories(part, texts, words) {
  const chosen = new Set(list(text(texts, "categories")));
  const answers = new Set(part.items.map((item) => text(texts, "answer", item.code)));
  const labels = new Map(words.categories);
  const meet = (values) => values.filter((value) => chosen.has(value));
  const said = [];
  if (!chosen.size) said.push("没有选检查结果");
  if (chosen.has("1") && chosen.size > 1) said.push("“未发现问题”不能与其他结果同时选");
  if (chosen.has("1") && answers.has("problem")) said.push("有事项发现问题，检查结果不能是“未发现问题”");
  else if (chosen.has("1") && answers.size && !answers.has("fine")) said.push("各项都不适用，检查结果不能是“未发现问题”");
  else if (answers.has("problem") && chosen.size && !meet([...words.of_problems, "6"]).length) said.push("有事项发现问题，检查结果要选一个说明问题的类别");
  for (const value of meet(words.of_problems)) {
    if (!answers.has("problem") && !answers.has("")) said.push(`没有事项发现问题，检查结果不能是“${labels.get(value)}”`);
  }
  const found = said.map((one) => ({ place: "categories", words: one }));
  const silent = meet(words.need_remark);
  if (silent.length && !text(texts, "remark").trim()) {
    const named = silent.map((value) => `“${labels.get(value)}”`).join("、");
    found.push({ place: "id_remark", words: `结果是${named}，在情况说明里写明经过` });
  }
  return found;
}

function inEvidence(texts, evidence) {
  if (!text(texts, "from_paper") || evidence.some((one) => one.kind === "scan")) return [];
  return [{ place: "evidence", words: "纸质表补录，要上传纸质检查表的扫描件" }];
}

/** The record as the server writes it; `evidence` is [{digest, kind, item, from_camera, taken_at}]. */
export function content(part, texts, evidence, absence, words) {
  const labels = new Map(words.categories);
  return {
    ...part.frame,
    mode: text(texts, "mode"),
    details: Object.fromEntries(list(text(texts, "mode")).flatMap((mode) => words.blanks[mode]).map((blank) => [blank.name, text(texts, blank.name)])),
    began_at: text(texts, "began_at"),
    ended_at: text(texts, "ended_at"),
    items: part.items.map((item) => ({
      item: item.code,
      version: item.version,
      name: item.name,
      answer: text(texts, "answer", item.code),
      note: text(texts, "note", item.code),
      offers: offered(item, texts),
      severity: text(texts, "severity", item.code),
      article: text(texts, "article", item.code),
      measured: text(texts, "measured", item.code),
    })),
    categories: [...new Set(list(text(texts, "categories")))].sort().map((value) => labels.get(value)),
    remark: text(texts, "remark"),
    from_paper: Boolean(text(texts, "from_paper")),
    evidence: [...evidence].sort((a, b) => (a.digest < b.digest ? -1 : 1)).map((one) => ({
      digest: one.digest, kind: one.kind, item: one.item || null, from_camera: one.from_camera, taken_at: one.taken_at,
    })),
    absence: absence ?? null,
  };
}

/** The texts of the findings taken up for an item. */
export function offered(item, texts) {
  const chosen = list(text(texts, "offers", item.code));
  return item.offers.filter((one) => chosen.includes(String(one.position))).map((one) => one.text);
}

/** Canonical JSON (RFC 8785) of what we hash: keys are ASCII, numbers are whole. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

export const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** SHA-256 in hexadecimal, of bytes or of a text. */
export const sha256 = async (data) => hex(await crypto.subtle.digest("SHA-256", typeof data === "string" ? new TextEncoder().encode(data) : data));

/** The digest that the inspected signs under. */
export const digestOf = (...record) => sha256(canonical(content(...record)));

/** What was there (`base`), what it became here and there: each side's own changes; `clashes` names what both changed. */
export function merge(base, mine, theirs) {
  const texts = { ...theirs };
  const clashes = [];
  for (const name of Object.keys(mine)) {
    const [before, own, other] = [base[name] ?? "", mine[name] ?? "", theirs[name] ?? ""];
    if (own === before || own === other) continue;
    texts[name] = own;
    if (other !== before) clashes.push(name);
  }
  return { texts, clashes };
}

/** The draft with every item that has no answer set to 未发现问题, and the result that follows where none is chosen. */
export function allFine(part, texts) {
  const filled = { ...texts };
  for (const item of part.items) if (!text(texts, "answer", item.code)) filled[`answer-${item.code}`] = "fine";
  return suggested(part, filled);
}

/** 未发现问题 as the result where all is answered, nothing was found and nothing else is chosen; and not where it was. */
export function suggested(part, texts) {
  const answers = part.items.map((item) => text(texts, "answer", item.code));
  const chosen = text(texts, "categories");
  const sound = answers.every(Boolean) && answers.includes("fine") && !answers.includes("problem");
  if (sound && !chosen) return { ...texts, categories: "1" };
  if (chosen === "1" && answers.includes("problem")) return { ...texts, categories: "" };
  return texts;
}
