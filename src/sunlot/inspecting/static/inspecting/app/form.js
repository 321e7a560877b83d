// One visit's form: every tap is kept at once. The page is built once; what depends on the rest is brought up to date.

import { blankNode } from "./blanks.js";
import { button, code, el, field } from "./dom.js";
import { reported } from "./obstacle.js";
import { current, distanceWords, metres, watch } from "./place.js";
import { allFine, answered, gaps, isOutside, lacksProof, list, measuredRows, measuredText, suggested, text } from "./record.js";
import { shots } from "./shots.js";
import { agreedWords, clockWords, dayWords, fromControl, minute, now, toControl, today } from "./times.js";

const ANSWERS = [["fine", "未发现问题"], ["problem", "发现问题"], ["na", "不适用"]];
const WAY = ["清单", "名录库", "计划", "抽取", "检查", "公示", "归档"];
const PROBLEM_ONLY = ["offers", "severity", "article"];

export function formPage(app, id) {
  const { store, sync } = app;
  const part = store.part(id);
  if (!part) return gonePage(app, id);
  const words = store.day.words;
  const texts = () => store.draft(id).texts;
  const change = (values, more) => store.change(id, values, more);
  const refreshers = [];
  let shows = false; // whether every gap is shown at its place: after asking for the signature

  const draft = () => store.draft(id);
  if (!draft().blocked && !part.held?.mine && navigator.onLine) sync.claim(id);

  // --- the head ---

  const place = el("p", { class: "meta" });
  const blocked = el("div");
  const progress = el("progress", { class: "progress", max: part.items.length });
  const progressWords = el("span");
  watch(() => store.dispatchEvent(new Event("change")));

  refreshers.push(() => {
    const count = answered(part, texts());
    progress.value = count;
    progress.setAttribute("aria-label", `已填 ${count} 项，共 ${part.items.length} 项`);
    progressWords.textContent = `已填 ${count} / ${part.items.length} 项`;
    place.replaceChildren(...placeWords(part, texts()).map((one) => el("span", {}, one)));
    blocked.replaceChildren(...blockedNote(app, part, draft()));
  });

  const start = el("div", { class: "begin" },
    part.agreed && el("p", { class: "note" }, `${agreedWords(part.agreed)}，按一次检查计入年度频次。改在别的日子去，就单独算一次。`),
    part.starts_on > today() && el("p", { class: "note" }, `公布的检查时间从 ${dayWords(part.starts_on)}开始，现在检查早于计划。`),
    button("开始检查，记下时间", () => {
      const where = current();
      change({ began_at: minute(now()), mode: text(texts(), "mode") || "on-site" }, { place: where ? [where.latitude, where.longitude, where.accuracy] : null });
      app.render();
    }, "btn main"),
    el("span", { class: "hint" }, `由${part.colleagues.join("、")}两人以上到场，先出示执法证。`));

  // --- the items ---

  const itemNodes = part.items.map((item, at) => itemNode(app, part, item, at, { change, texts, refreshers, shows: () => shows }));

  const rest = el("p", { class: "quick" });
  refreshers.push(() => {
    const open = part.items.filter((item) => !text(texts(), "answer", item.code));
    if (rest.dataset.count === String(open.length)) return;
    rest.dataset.count = String(open.length);
    rest.replaceChildren(...(open.length ? [button(open.length === part.items.length ? "全部未发现问题" : "其余各项全部未发现问题", () => askAllFine(open))] : []));
  });

  function askAllFine(open) {
    rest.replaceChildren(el("div", { class: "note stack", role: "group", "aria-label": "确认未发现问题" },
      el("p", {}, el("strong", {}, `下面 ${open.length} 项填“未发现问题”：`), open.map((item) => item.name).join("、")),
      el("p", { class: "hint" }, "每一项都应当实际检查过；填错了可以在签字前逐项改。"),
      button(`确认 ${open.length} 项未发现问题`, () => { change(allFine(part, texts())); app.render(); }, "btn next-step block"),
      button("返回，逐项填写", () => app.render(), "btn quiet")));
    rest.querySelector("button").focus();
  }

  // --- how and when, the whole visit, the result ---

  const time = (name) => {
    const control = el("input", { class: "input", id: `id_${name}`, type: "datetime-local", value: toControl(text(texts(), name)) });
    control.addEventListener("change", () => change({ [name]: fromControl(control.value) }));
    return control;
  };
  const fault = (where) => {
    const node = el("div");
    refreshers.push(() => node.replaceChildren(...(shows ? gapsNow().filter((gap) => gap.place === where) : []).map((gap) => el("p", { class: "fault" }, `${gap.words}。`))));
    return node;
  };
  const modes = words.modes.map(([value, label]) => {
    const box = el("input", { type: "checkbox", value, checked: list(text(texts(), "mode")).includes(value) });
    box.addEventListener("change", () => change({ mode: modes.map((one) => one.box).filter((one) => one.checked).map((one) => one.value).join(",") }));
    const screens = value === "network" ? shots(app, part, "", { kind: "shot" }) : null;
    const told = el("div", { class: "stack", role: "group", "aria-label": `${label}的内容` }, el("h3", { class: "label" }, label),
      words.blanks[value].map((blank) => blankNode(blank, text(texts(), blank.name), (given) => change({ [blank.name]: given }), { below: fault(`id_${blank.name}`) })),
      screens && el("div", { id: "shots", role: "group", "aria-label": "网页截图" }, screens.box, fault("shots")),
      value === "commissioned" && el("p", {}, el("a", { class: "linklike", href: `/desk/inspecting/parts/${id}/opinions/` }, "请机构用链接提交报告（联网）")));
    refreshers.push(() => {
      box.checked = list(text(texts(), "mode")).includes(value);
      told.hidden = !box.checked;
      screens?.refresh();
    });
    return { box, node: el("label", {}, box, el("span", {}, label)), told };
  });
  const boxes = words.categories.map(([value, label]) => {
    const box = el("input", { type: "checkbox", value, checked: list(text(texts(), "categories")).includes(value) });
    box.addEventListener("change", () => change({ categories: boxes.map((one) => one.box).filter((one) => one.checked).map((one) => one.value).join(",") }));
    return { box, node: el("label", {}, box, el("span", {}, label)) };
  });
  refreshers.push(() => boxes.forEach(({ box }) => { box.checked = list(text(texts(), "categories")).includes(box.value); }));
  const remark = el("textarea", { class: "input", id: "id_remark", rows: 4, maxlength: 4000, oninput: () => change({ remark: remark.value }) });
  remark.value = text(texts(), "remark");
  const visit = shots(app, part, "");
  const scans = shots(app, part, "", { kind: "scan" });
  const paper = el("input", { type: "checkbox", onchange: () => change({ from_paper: paper.checked ? "yes" : "" }) });
  paper.checked = Boolean(text(texts(), "from_paper"));
  refreshers.push(visit.refresh, () => { scans.refresh(); scans.box.hidden = !text(texts(), "from_paper"); });

  // --- the foot ---

  const gapsNow = () => gaps(part, texts(), store.evidence(id), words);
  const left = el("p");
  const next = button("去签字", toSign, "btn next-step");
  refreshers.push(() => {
    const missing = gapsNow().filter((gap) => gap.place !== "id_ended_at" || text(texts(), "ended_at"));
    left.replaceChildren(...(missing.length ? [`还差 ${missing.length} 处：`, button(missing[0].words, () => show(missing[0]), "linklike")] : ["各项都已填写"]));
  });

  async function toSign() {
    if (draft().blocked) return blocked.scrollIntoView({ block: "center" }); // another phone has it: taken over first
    if (!text(texts(), "ended_at") && text(texts(), "began_at")) {
      await change({ ended_at: minute(now()) });
      document.getElementById("id_ended_at").value = toControl(text(texts(), "ended_at"));
    }
    const missing = gapsNow();
    if (missing.length) return show(missing[0]);
    return app.go(`#/p/${id}/sign`);
  }

  function show(gap) {
    shows = true;
    refresh();
    const target = document.getElementById(gap.place) ?? document.getElementById("categories");
    target.scrollIntoView({ block: "center" });
    (target.matches("input,textarea,select") ? target : target.querySelector("input,textarea,select,button"))?.focus({ preventScroll: true });
  }

  const refresh = () => refreshers.forEach((one) => one());
  refresh();
  return {
    title: "执法检查表",
    back: "#/",
    refresh,
    main: [
      way(part), el("h1", {}, part.title, part.is_demo && el("span", { class: "demo" }, "演示")),
      el("p", { class: "meta" }, el("span", {}, code(part.frame.object.number))),
      el("p", { class: "meta" }, [part.frame.task, part.team, part.frame.organisation.name].map((one) => el("span", {}, one))),
      el("p", { class: "meta" }, el("span", {}, part.address)), place, blocked,
      part.returned && el("div", { class: "note bad", role: "alert" }, el("p", {}, el("strong", {}, `退回或收回更正：${part.returned}`))),
      reported(part, draft()),
      part.code && el("a", { class: "btn", href: `#/p/${id}/code` }, "出示检查码"),
      reading(part),
      !text(texts(), "began_at") && start,
      el("p", { class: "done-of" }, progress, progressWords),
      rest, el("ol", { class: "items" }, itemNodes),
      section("方式和时间", "how", el("fieldset", { class: "field", id: "mode" }, el("legend", { class: "label" }, "检查方式（可多选）"), el("div", { class: "options column" }, modes.map((one) => one.node)), fault("mode")), modes.map((one) => one.told),
        field("检查开始", time("began_at"), fault("id_began_at")), field("检查结束", time("ended_at"), fault("id_ended_at"), el("p", { class: "hint" }, "不填则按去签字的时间"))),
      section("整次检查的照片和文件", "evidence", visit.box,
        el("div", { class: "options column" }, el("label", {}, paper, el("span", {}, "检查时填的是纸质表，现在补录", el("small", {}, "检查时间填实际检查的时间，并上传纸质表的扫描件。")))), scans.box, fault("evidence")),
      section("检查结果", "result", el("fieldset", { id: "categories" }, el("legend", { class: "hint" }, "可以多选，与各项的填写一致。公示时公开。"), el("div", { class: "options column" }, boxes.map((one) => one.node))), fault("categories"),
        unreachable(part, texts, refreshers),
        el("div", { class: "field remark" }, el("label", { for: "id_remark" }, "情况说明（可不填）"), remark, el("p", { class: "hint" }, "只在本部门内部使用，不公示。"), fault("id_remark"))),
      draft().signature && el("p", { class: "note psec" }, "被检查人已签字。改动内容后要重新签字。"),
      el("p", { class: "psec row-wrap" }, el("a", { class: "btn", href: `#/p/${id}/written` }, "笔录和清单"), part.drawn && el("a", { class: "btn", href: `#/p/${id}/obstacle` }, "不能检查")),
    ],
    foot: [left, next],
  };
}

const section = (title, id, ...children) => el("section", { class: "psec stack", "aria-labelledby": `h-${id}` }, el("h2", { id: `h-${id}` }, title), children);

/** The way to the guided path, where the result says that nobody could be reached. */
function unreachable({ id, unreachable: rule }, texts, refreshers) {
  const node = el("p", { class: "note" }, el("a", { class: "linklike", href: `/field/${id}/unreachable/` }, "住所无法联系：登记每次联系（联网）"));
  refreshers.push(() => { node.hidden = !rule || !list(text(texts(), "categories")).includes(rule.category); });
  return node;
}

function way(part) {
  return el("nav", { class: "way", "aria-label": "本次检查的流程" }, el("ol", {}, WAY.map((name, at) => {
    const [is, said] = at < 4 ? ["done", "已完成"] : at === 4 ? ["now", "进行中"] : ["todo", "未开始"];
    return el("li", { "data-is": is, "aria-current": at === 4 ? "step" : null }, el("b", {}, name), el("span", {}, at === 4 ? part.team : ""), el("span", { class: "visually-hidden" }, `（${said}）`));
  })));
}

function placeWords(part, texts) {
  const found = [];
  const here = current();
  if (here && part.place) found.push(`距登记位置 ${distanceWords(metres([here.latitude, here.longitude], part.place))}（误差 ${here.accuracy} 米）`);
  const began = text(texts, "began_at");
  if (began) {
    const minutes = Math.max(0, Math.round(((text(texts, "ended_at") ? Date.parse(text(texts, "ended_at")) : now()) - Date.parse(began)) / 60_000));
    found.push(`${clockWords(began)} 开始，${minutes < 1440 ? `在现场 ${minutes} 分钟` : `${dayWords(began)}`}`);
  }
  return found;
}

function blockedNote(app, part, draft) {
  if (!draft.blocked) return [];
  const { held, kept, words } = draft.blocked;
  return [el("div", { class: "note bad stack", role: "alert" },
    el("p", {}, el("strong", {}, words)),
    el("p", {}, kept ? "本机填的内容没有写入，已在系统里留存副本。" : "本机填的内容还在手机上，没有上传。"),
    held && el("div", { class: "row-wrap" },
      button("接手，以本机填的为准", () => app.takeOver(part.id)),
      button("不接手，用那边填的", () => app.letGo(part.id), "btn quiet")))];
}

function reading(part) {
  const blocks = ([kind, lines]) => {
    if (kind === "bullets") return el("ul", {}, lines.map((line) => el("li", {}, line)));
    if (kind === "numbers") return el("ol", {}, lines.map((line) => el("li", {}, line)));
    return el(kind === "heading" ? "h4" : "p", {}, lines[0]);
  };
  return [
    ...part.guides.map((guide) => el("details", { class: "what guide" }, el("summary", {}, guide.name),
      el("div", { class: "prose" }, guide.parts.map(([name, found]) => [el("h3", {}, name), found.map(blocks)])))),
    part.handed_in?.length > 0 && el("details", { class: "what" }, el("summary", {}, `被检查人提前提交的材料 ${part.handed_in.length} 个`),
      el("ul", {}, part.handed_in.map((one) => el("li", {}, el("a", { class: "linklike", href: one.url }, one.name), one.item && `，${one.item}`))), el("p", { class: "hint" }, "联网时打开。")),
    part.earlier.length > 0 && el("details", { class: "what" }, el("summary", {}, `以前的检查 ${part.earlier.length} 次`),
      el("ul", {}, part.earlier.map((one) => el("li", {}, `${one.day} ${one.by}：${one.result}`, one.problems.map((line) => el("p", {}, line)))))),
  ];
}

// --- one item ---

function itemNode(app, part, item, at, { change, texts, refreshers, shows }) {
  const { store } = app;
  const key = (name) => `${name}-${item.code}`;
  const get = (name) => text(texts(), name, item.code);
  const photos = shots(app, part, item.code);
  const node = el("li", { class: "item", id: `item-${item.code}` });
  const said = el("div");

  const radios = ANSWERS.map(([value, label]) => {
    const radio = el("input", { type: "radio", name: key("answer"), value, checked: get("answer") === value });
    radio.addEventListener("change", () => answer(value));
    return el("label", {}, radio, el("span", {}, label));
  });

  /** What belongs to a problem waits aside while the answer says that there is none, and comes back with it. */
  function answer(value) {
    const rows = { ...store.draft(part.id).rows };
    const values = { [key("answer")]: value };
    if (value === "problem") {
      for (const name of PROBLEM_ONLY) values[key(name)] = rows[key(name)] ?? get(name);
      if (!values[key("article")] && item.bases.length) values[key("article")] = item.bases[0].slice(0, 200);
    } else if (get("answer") === "problem") {
      for (const name of PROBLEM_ONLY) {
        rows[key(name)] = get(name);
        values[key(name)] = "";
      }
    }
    change(suggested(part, { ...texts(), ...values }), { rows });
    if (value === "problem") rebuild();
  }

  const detail = el("div", { class: "finding stack" });
  function rebuild() {
    const offers = item.offers.map((one) => {
      const box = el("input", { type: "checkbox", value: one.position, checked: list(get("offers")).includes(String(one.position)) });
      box.addEventListener("change", () => change({ [key("offers")]: offers.filter((other) => other.box.checked).map((other) => other.box.value).join(",") }));
      return { box, node: el("label", {}, box, el("span", {}, one.text, el("small", {}, one.then + (one.note ? `（${one.note}）` : "")))) };
    });
    const note = el("textarea", { class: "input", id: `id_note-${item.code}`, rows: 3, maxlength: 4000, oninput: () => change({ [key("note")]: note.value }) });
    note.value = get("note");
    const severity = el("select", { class: "input", id: key("severity"), onchange: () => change({ [key("severity")]: severity.value }) },
      [["", "未定"], ...store.day.words.severities].map(([value, label]) => el("option", { value, selected: get("severity") === value }, label)));
    const article = el("input", { class: "input", id: key("article"), maxlength: 200, list: key("bases"), value: get("article"), oninput: () => change({ [key("article")]: article.value }) });
    detail.replaceChildren(...[
      offers.length > 0 && el("fieldset", { class: "offers" }, el("legend", { class: "label" }, "问题（可多选）"), el("div", { class: "options column" }, offers.map((one) => one.node))),
      field("情况说明", note), field("严重程度", severity),
      field("违反条款", article, el("datalist", { id: key("bases") }, item.bases.map((basis) => el("option", { value: basis }))), el("p", { class: "hint" }, "按事项的检查依据带出，可以改。")),
    ].filter(Boolean));
  }
  rebuild();

  refreshers.push(() => {
    const value = get("answer");
    radios.forEach((label) => { label.firstChild.checked = label.firstChild.value === value; });
    detail.hidden = value !== "problem";
    const shots_ = photos.refresh();
    const asked = lacksProof(item.proof, value) && !shots_;
    shown.hidden = value !== "problem" && !shots_ && !asked;
    const begun = answered(part, texts()) > 0;
    node.classList.toggle("todo-item", !value && (begun || shows()));
    const words = !value && (begun || shows()) ? "还没有填写。" : shows() && value === "problem" && !get("note").trim() && !get("offers") ? "发现问题，要选问题或写明情况。" : asked ? "按规定要有照片或文件。" : "";
    if (said.textContent !== words) said.replaceChildren(...(words ? [el("p", { class: "fault" }, words)] : []));
  });

  const shown = el("div", {}, photos.box);
  const more = el("details", { class: "what" }, el("summary", {}, "检查内容、要领和测量值"),
    el("p", {}, item.content), item.sub_items.length > 0 && el("ul", {}, item.sub_items.map(([name, how]) => el("li", {}, el("b", {}, name), how && `：${how}`))),
    item.materials.length > 0 && el("p", {}, `查看材料：${item.materials.map(([name, note]) => (note ? `${name}（${note}）` : name)).join("；")}`),
    item.bases.length > 0 && el("p", {}, `依据：${item.bases.join("；")}`),
    measures(store, part, item, change, get),
    button("给这一项拍照或加文件", () => { shown.hidden = false; photos.box.querySelector("input").focus(); }, "btn small"));

  node.append(
    el("fieldset", {}, el("legend", {}, el("span", { class: "no" }, at + 1), el("span", {}, el("b", {}, item.name), el("small", {}, `${item.code} · ${item.category}`))), el("div", { class: "seg" }, radios)),
    ...(item.used_until && item.used_until < today() ? [el("p", { class: "fault" }, `用到 ${dayWords(item.used_until)}为止，已废止，不能再检查，选“不适用”。`)] : []),
    said, detail, shown, more);
  return node;
}

/** Rows of measured values; a row counts once it has a name and a value, and stays as typed before that. */
function measures(store, part, item, change, get) {
  const name = `measured-${item.code}`;
  const rows = store.draft(part.id).rows[name] ?? measuredRows(get("measured"));
  const box = el("div", { class: "measures stack" });
  const keep = () => change({ [name]: measuredText(rows) }, { rows: { ...store.draft(part.id).rows, [name]: rows.map((row) => [...row]) } });
  const LABELS = ["测量项目", "数值", "单位", "下限", "上限"];

  function add(row) {
    const outside = el("p", { class: "fault", hidden: !isOutside(row) }, "超出限值。");
    box.append(el("div", { class: "measure", role: "group", "aria-label": "测量值" }, row.map((cell, at) => {
      const control = el("input", { class: "input", id: `${name}-${rows.indexOf(row)}-${at}`, value: cell, maxlength: at === 0 ? 60 : 20, inputmode: at === 0 || at === 2 ? "text" : "decimal" });
      control.addEventListener("input", () => { row[at] = control.value; outside.hidden = !isOutside(row); keep(); });
      return field(LABELS[at], control);
    })), outside);
  }

  rows.forEach(add);
  return el("div", {}, box, button("添加测量值", () => { rows.push(["", "", "", "", ""]); add(rows.at(-1)); }, "btn small"));
}

function gonePage(app, id) {
  const draft = app.store.drafts.get(id);
  return {
    title: "执法检查表", back: "#/", refresh() {}, foot: [],
    main: [el("h1", {}, draft?.title ?? "没有这份检查表"), el("p", { class: "note" }, draft?.blocked?.words ?? "它已提交、转给别人或已撤销。"),
      draft && button("我知道了，从手机上清除", async () => {
        if (await app.confirm("从手机上清除？", draft.blocked?.kept ? "系统里留有副本。" : "这份内容没有上传，清除后不能找回。", "清除")) {
          await app.store.forget(id);
          app.go("#/");
        }
      })],
  };
}
