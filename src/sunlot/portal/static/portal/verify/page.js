// The page of the verifier: choosing a bundle, progress, verdict, steps, remarks, and “我被抽中了吗，为什么”.

import { code, el, facts, mark } from "./elements.js";
import { MOST_FOUND } from "./explain.js";
import { NoteFault, readKey } from "../../sunlot/js/note.js";
import { isIdentifier, thousands } from "../../sunlot/js/text.js";
import { shown } from "./why.js";
import { detail, FAILURES, OUTCOMES, TITLES, verdict } from "./words.js";

const FIRST_FAULTS = 5; // shown of one step at once

/** Bring the page under `root` to life. `openWorker` opens a worker that answers as `session.js` does. */
export function startPage(root, openWorker) {
  new Page(root, openWorker).start();
}

class Page {
  constructor(root, openWorker) {
    this.root = root;
    this.openWorker = openWorker;
    this.files = [];
    this.turn = 0; // of the verification whose answers count
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  show(name, isShown, ...children) {
    const element = this.part(name);
    if (children.length > 0) element.replaceChildren(...children);
    element.hidden = !isShown;
  }

  start() {
    this.show("form", true);
    this.part("file").addEventListener("change", ({ target }) => this.choose(target, [...target.files]));
    this.part("folder").addEventListener("change", ({ target }) => {
      this.choose(target, [...target.files].filter((file) => file.webkitRelativePath.split("/").length === 2));
    });
    this.part("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.verify();
    });
    this.part("own-key")?.addEventListener("click", ({ target }) => {
      this.part("key").value = target.value;
      if (this.files.length > 0) this.verify();
    });
    this.part("stop").addEventListener("click", () => this.stop());
    this.part("search").addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask({ ask: "find", text: this.part("asked").value });
    });
    this.takeDrops();
    if (this.open()) this.takeDraw();
  }

  /** Open the worker now: once the page is there, nothing more is fetched for a verification. */
  open() {
    try {
      this.worker = this.openWorker();
    } catch {
      this.refuse("这个浏览器不能在后台计算。换一个新一些的浏览器，或用命令 sunlot verify 核验。");
      return false;
    }
    this.worker.addEventListener("message", ({ data }) => {
      if (data.turn === this.turn) this.hear(data);
    });
    this.worker.addEventListener("error", () => this.refuse("核验程序没有运行起来。刷新本页再试；仍然不行，请用命令 sunlot verify 核验。"));
    return true;
  }

  ask(message) {
    this.worker?.postMessage({ ...message, turn: this.turn });
  }

  /* ---- choosing ---- */

  choose(input, files) {
    if (files.length > 0) this.take(files);
    input.value = ""; // the same file may be chosen again
  }

  take(files, name = null) {
    this.files = files;
    const size = files.reduce((sum, file) => sum + file.size, 0);
    const what = name ?? (files.length === 1 ? files[0].name : `${files.length} 个文件`);
    this.part("chosen").textContent = `${what}，${thousands(Math.ceil(size / 1000))} kB`;
    this.show("again", true);
    this.verify();
  }

  /** Anything dropped on the page is a bundle: a zip, its files, or a folder of them. */
  takeDrops() {
    const zone = this.part("form");
    const over = (is) => zone.classList.toggle("over", is);
    document.addEventListener("dragover", (event) => {
      event.preventDefault();
      over(true);
    });
    document.addEventListener("dragleave", ({ relatedTarget }) => over(relatedTarget !== null));
    document.addEventListener("drop", async (event) => {
      event.preventDefault();
      over(false);
      const files = await dropped(event.dataTransfer);
      if (files.length > 0) this.take(files);
    });
  }

  /** A draw named in the address: its bundle is fetched from this site. */
  async takeDraw() {
    const draw = new URLSearchParams(globalThis.location.search).get("draw");
    if (!this.root.dataset.bundle || !isIdentifier(draw)) return;
    this.part("chosen").textContent = `正在下载抽取 ${draw} 的核验包……`;
    try {
      const answer = await fetch(this.root.dataset.bundle.replace("DRAW", draw));
      if (!answer.ok) throw new Error(String(answer.status));
      this.take([new File([await answer.blob()], `${draw}-bundle.zip`)], `抽取 ${draw} 的核验包`);
    } catch {
      this.part("chosen").textContent = "";
      this.refuse(`抽取 ${draw} 的核验包没有取到：没有这次抽取，名单还没有公开，或者网络不通。`);
    }
  }

  /* ---- verifying ---- */

  verify() {
    const key = this.part("key").value.trim();
    if (!this.isKeyRight(key)) return;
    this.turn += 1;
    for (const name of ["running", "refusal", "outcome", "remarks", "lookup"]) this.show(name, false);
    this.clearSteps();
    if (this.files.length === 0) {
      this.refuse("还没有选择核验包。");
      return;
    }
    this.show("running", true);
    this.ask({ ask: "verify", files: this.files, key });
  }

  /** A worker that computes hears nothing, so it is ended and another opened. */
  stop() {
    this.worker.terminate();
    this.turn += 1;
    this.refuse("已停止，没有得出结论。");
    this.open();
  }

  isKeyRight(key) {
    const field = this.part("key");
    let fault = "";
    try {
      if (key) readKey(key);
    } catch (error) {
      if (!(error instanceof NoteFault)) throw error;
      fault = `公钥不对：${error.message}。`;
    }
    this.show("key-fault", fault !== "", fault);
    if (fault) {
      field.setAttribute("aria-invalid", "true");
      field.focus();
    } else {
      field.removeAttribute("aria-invalid");
    }
    return fault === "";
  }

  refuse(words) {
    this.show("running", false);
    this.show("refusal", true, words);
  }

  hear(said) {
    if (said.tell === "progress") this.advance(said);
    else if (said.tell === "report") this.report(said);
    else if (said.tell === "found") this.choices(said.hits);
    else if (said.tell === "explained") this.explain(said.why);
    else if (said.tell === "too-large") this.refuse(`这份核验包太大，这个浏览器放不下（${said.words}）。请用命令 sunlot verify 核验。`);
    else if (said.tell === "unreadable") this.refuse("文件读不出来：选择之后被改动或移走了，或者选中的是文件夹。重新选择一次。");
    else this.refuse(`核验程序出错，没有得出结论：${said.words}`);
  }

  advance({ step, done, all }) {
    const number = Object.keys(TITLES).indexOf(step) + 1;
    const count = all ? `：已算 ${thousands(done)} / ${thousands(all)} 户` : "";
    this.part("doing").textContent = `第 ${number} 步，${TITLES[step]}${count}`;
    this.part("progress").value = (number - 1 + (all ? done / all : 0)) / Object.keys(TITLES).length;
  }

  clearSteps() {
    for (const item of this.root.querySelectorAll("[data-step]")) this.fillStep(item, null);
  }

  report({ report, told }) {
    this.show("running", false);
    const [kind, head, words] = verdict(report);
    this.part("verdict").dataset.is = kind;
    this.show("verdict", true, el("strong", {}, head), el("br"), words);
    this.show("own-key-used", report.verified && this.part("key").value.trim() === this.part("own-key")?.value);
    this.show("about", told !== null, told ? about(told) : "");
    this.show("outcome", true);
    for (const step of report.steps) {
      this.fillStep(this.root.querySelector(`[data-step="${step.step}"]`), step, told);
    }
    this.show("remarks", report.remarks.length > 0);
    this.part("remark-list").replaceChildren(...report.remarks.map((words) => el("li", {}, words)));
    const canAsk = Boolean(told?.draw);
    this.show("lookup", canAsk);
    const invitation = "输入企业名称、代码，检查人员编号，或检查组编号，看签号、次序，以及抽中与否的理由。名录里的每一个都能查，没有抽中的也能。";
    const warning = "下面查到的是按公告、名录和随机数重算的结果，与公布的结果不同。";
    this.answer(el("p", {}, invitation), report.reproduced ? null : el("p", { class: "note bad" }, warning));
  }

  /** The answer to a question, with or without a dial beside it. */
  answer(...parts) {
    this.figure(null);
    this.part("answer").replaceChildren(...parts.filter((one) => one !== null));
  }

  figure(dial) {
    this.show("figure", dial !== null);
    this.part("dial").replaceChildren(...(dial ? [dial] : []));
    this.part("lookup").classList.toggle("alone", dial === null);
  }

  /** A step's mark, its details, its faults; as before any verification without `step`. */
  fillStep(item, step, told = null) {
    const [kind, word] = step ? OUTCOMES[step.outcome] : ["off", ""];
    const place = item.querySelector("[data-part=mark]");
    const title = TITLES[item.dataset.step];
    place.replaceChildren(step ? mark(kind, `${title} ${word}`) : title);
    const found = step?.outcome === "passed" ? detail(step.step, told) : null;
    const faults = step?.faults.length ? [el("p", { class: "failure" }, FAILURES[step.step]), ...faultList(step.faults)] : [];
    item.querySelector("[data-part=found]").replaceChildren(...(found ? [el("p", {}, found)] : []), ...faults);
  }

  /* ---- was I drawn, and why ---- */

  choices(hits) {
    if (hits.length === 1) {
      this.ask({ ask: "explain", kind: hits[0].kind, row: hits[0].row });
      return;
    }
    const asked = this.part("asked").value.trim();
    if (hits.length === 0) {
      const words = asked === "" ? "先输入名称、代码或编号。" : `这份核验包的名录里没有“${asked}”。不在名录里的不会被抽中。`;
      this.answer(el("p", { class: "note bad", role: "alert" }, words));
      return;
    }
    const buttons = hits.map(({ kind, row, id, name }) => {
      const button = el("button", { class: "btn quiet", type: "button" }, name ? `${name}　${id}` : kind === "team" ? `检查组 ${id}` : id);
      button.addEventListener("click", () => this.ask({ ask: "explain", kind, row }));
      return el("li", {}, button);
    });
    const words = `名称、代码或编号中有“${asked}”的，选一个，或写得更全${hits.length === MOST_FOUND ? `（只列前 ${MOST_FOUND} 个）` : ""}：`;
    this.answer(el("p", {}, words), el("ul", { class: "log" }, buttons));
  }

  explain(why) {
    const { words, figure } = shown(why);
    this.answer(...words);
    this.figure(figure);
  }
}

/** The first faults of a step, and the others behind a word. */
function faultList(faults) {
  const list = (some) => el("ul", { class: "faults" }, some.map((fault) => el("li", {}, fault)));
  const rest = faults.slice(FIRST_FAULTS);
  const more = el("details", {}, el("summary", {}, `另有 ${rest.length} 处不符`), list(rest));
  return rest.length > 0 ? [list(faults.slice(0, FIRST_FAULTS)), more] : [list(faults)];
}

/** The files that were dropped; of a folder those that lie in it. */
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length !== 1 || !entries[0].isDirectory) return [...transfer.files];
  const reader = entries[0].createReader();
  const inside = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (some.length === 0) break;
    inside.push(...some);
  }
  return Promise.all(inside.filter((one) => one.isFile).map((one) => new Promise((resolve, reject) => { one.file(resolve, reject); })));
}

/** A time of the notice as people write it; the offset only where it is not China's. */
function moment(text) {
  const [, year, month, day, time, offset] = /^(\d+)-(\d+)-(\d+)T(\d+:\d+)[^Z+-]*(.+)$/.exec(text);
  const zone = offset === "+08:00" ? "" : `（${offset === "Z" ? "UTC" : offset}）`;
  return `${year}年${Number(month)}月${Number(day)}日 ${time}${zone}`;
}

function about(told) {
  return facts([
    ["抽取", `${told.title}（${told.authority}）`],
    ["抽取编号", el("span", {}, el("code", {}, told.number), `，第 ${told.attempt} 次`)],
    ["公告封存", moment(told.sealedAt)],
    ["公告摘要", code(told.noticeDigest), "应与抽取当场公布、抽取页面上的相同"],
    ["结果摘要", code(told.resultDigest)],
  ]);
}
