// The day: what is to be inspected, in which state it is, and what still lies on this phone alone.

import { button, el, renew } from "./dom.js";
import { answered, text } from "./record.js";
import { agreedWords, dayWords, today } from "./times.js";

const LITTLE = 400 * 2 ** 20; // bytes of room below which the phone warns: forty photos

export function minePage(app) {
  const { store, sync } = app;
  const main = el("div");
  const room = el("div");
  roomNote(room);

  function refresh() {
    const parts = store.day?.parts ?? [];
    const orphans = [...store.drafts.values()].filter((draft) => !parts.some((part) => part.id === draft.id));
    renew(main, [
      el("h1", { class: "ptitle" }, parts.length ? `${parts.length} 份等您检查` : store.day ? "没有等您检查的单位" : "还没有同步"),
      syncNote(app),
      parts.length > 0 && el("ol", { class: "cards" }, parts.map((part) => card(app, part))),
      orphans.length > 0 && section("不再由本机填写", "gone", orphans.map((draft) => el("li", {}, el("a", { href: `#/p/${draft.id}` }, el("b", {}, draft.title), el("span", { class: "mark late" }, draft.blocked?.words ?? "已提交或转走"))))),
      store.day?.to_sign.length > 0 && section("等您签字", "tosign", store.day.to_sign.map((one) => el("li", {}, el("a", { href: `/field/${one.id}/sign/` }, el("b", {}, one.title), el("span", {}, `${one.by}已提交`), el("span", { class: "mark now" }, "核对并签字"))))),
      el("section", { class: "psec stack", "aria-labelledby": "h-more" }, el("h2", { id: "h-more" }, "这部手机"),
        el("p", {}, store.day ? `${store.day.user.name}，今天是 ${dayWords(today())}。` : "联网后同步一次，之后没有网络也能检查。"),
        el("div", { class: "row-wrap" }, button("同步", () => sync.now({ day: true })), el("a", { class: "btn", href: "/field/devices/" }, "我的手机"), el("a", { class: "btn", href: "/field/?plain=1" }, "网页版")),
        button("退出登录", () => app.signOut(), "btn quiet")),
    ]);
  }

  refresh();
  return { title: "执法检查", home: true, refresh, main: [room, main], foot: [] };
}

const section = (title, id, rows) => el("section", { class: "psec", "aria-labelledby": `h-${id}` }, el("h2", { id: `h-${id}` }, title), el("ol", { class: "cards" }, rows));

function syncNote({ store, sync }) {
  if (sync.phase === "signed-out") {
    return el("div", { class: "note stack" }, el("p", {}, `登录已过期。填好的内容都在手机上${store.pending ? `，还有 ${store.pending} 处没有上传` : ""}，登录后继续同步。`), el("a", { class: "btn next-step", href: "/accounts/login/?next=/field/app/" }, "登录"));
  }
  if (sync.phase === "failed" && sync.words) return el("p", { class: "note bad", role: "alert" }, sync.words);
  return null;
}

function card({ store }, part) {
  const draft = store.drafts.get(part.id);
  const texts = draft?.texts ?? part.texts;
  const [mark, words] = stateOf(store, part, draft, answered(part, texts));
  const isLate = part.due?.late;
  return el("li", { class: isLate ? "late" : null },
    el("a", { href: `#/p/${part.id}` }, el("b", {}, part.title, part.is_demo && el("span", { class: "demo" }, "演示")),
      el("span", {}, `${part.frame.task}　${part.team}`), el("span", {}, part.address),
      part.agreed && el("span", { class: "mark now" }, agreedWords(part.agreed)),
      el("span", {}, isLate ? el("span", { class: "mark late" }, part.due.late) : part.due ? `${part.due.what}截止 ${dayWords(part.due.day)}${part.due.extended ? "（已批准延期）" : ""}` : ""),
      el("span", { class: `mark ${mark}` }, words)),
    draft?.submit && el("p", { class: "after" }, el("a", { class: "btn next-step block", href: draft.submit }, "核对并签名提交")));
}

/** The state of a visit in words: what it still needs comes last on the way, so it is said first. */
function stateOf(store, part, draft, count) {
  const pending = store.pendingOf(part.id);
  if (draft?.blocked) return ["late", draft.blocked.held ? `${draft.blocked.held.user}的手机在填` : draft.blocked.words];
  if (draft?.obstacle?.refused) return ["late", `不能检查的报告没有收：${draft.obstacle.refused}`];
  if (draft?.obstacle && !draft.obstacle.sent) return ["now", `不能检查，待上传 ${pending} 处`];
  if (draft?.obstacle || part.obstacles?.length) return ["off", "已报告不能检查，等经办人替补"];
  if (draft?.signature?.refused) return ["late", draft.signature.refused];
  if (draft?.signature && !draft.signature.sent) return ["now", `被检查人已签字，待上传 ${pending} 处、待您签名`];
  if (draft?.signature) return pending ? ["run", `待上传 ${pending} 处`] : ["now", "已上传，待您签名提交"];
  if (part.held && !part.held.mine) return ["off", `${part.held.user}的手机在填`];
  if (part.returned) return ["now", "退回，待改正"];
  if (count || text(draft?.texts ?? part.texts, "began_at")) return ["run", `已填 ${count} / ${part.items.length} 项${pending ? `，待上传 ${pending} 处` : ""}`];
  return ["", `未开始，共 ${part.items.length} 项`];
}

/** Warn before the phone is full, not when it is. */
async function roomNote(box) {
  const { quota, usage } = (await navigator.storage?.estimate?.()) ?? {};
  if (!quota || quota - usage > LITTLE) return;
  box.replaceChildren(el("p", { class: "note bad", role: "alert" }, `手机给检查应用的空间只剩 ${Math.max(0, Math.floor((quota - usage) / 2 ** 20))} MB。先同步，或清理手机，再继续拍照。`));
}
