// The object can't be inspected: why, with a photo that shows it. It goes to the clerks, who replace it by the rule.

import { button, el, field } from "./dom.js";
import { shots } from "./shots.js";
import { offset, second } from "./times.js";

export function obstaclePage(app, id) {
  const { store } = app;
  const part = store.part(id);
  if (!part?.drawn) return { redirect: part ? `#/p/${id}` : "#/" };
  const faults = el("div", { role: "alert" });
  const photos = shots(app, part, "");
  const radios = store.day.words.obstacles.map(([value, label]) => el("label", {}, el("input", { type: "radio", name: "cause", value }), el("span", {}, label)));
  const reason = el("textarea", { class: "input", id: "obstacle-reason", rows: 3, maxlength: 200 });

  async function report() {
    const cause = radios.map((one) => one.firstChild).find((one) => one.checked)?.value;
    const words = !cause ? "选不能检查的事由。" : !reason.value.trim() ? "写明不能检查的具体情况。"
      : !store.evidence(id).some((one) => one.kind === "photo" && !one.item) ? "拍下能说明不能检查的照片（关闭的大门、门牌、公告等），再报告。" : "";
    if (words) return faults.replaceChildren(el("p", { class: "fault" }, words));
    await store.set(id, { obstacle: { cause, reason: reason.value.trim(), at: second(Date.now()), offset: offset(), sent: false, refused: "" } });
    app.sync.now();
    return app.go("#/");
  }

  return {
    title: "不能检查", back: `#/p/${id}`, refresh: photos.refresh,
    main: [
      el("h1", {}, part.title, part.is_demo && el("span", { class: "demo" }, "演示")), el("p", { class: "meta" }, el("span", {}, part.address)),
      el("p", { class: "note" }, "报告送到经办人那里，核实后按抽取规则替补，不由人选定。替补批准之前，这份检查表仍由您负责。"), faults,
      el("fieldset", { class: "psec" }, el("legend", { class: "label" }, "为什么不能检查"), el("div", { class: "options column" }, radios)),
      field("具体情况", reason, el("p", { class: "hint" }, "替补获准后公开：不写姓名、电话和证件号码。")),
      el("section", { class: "psec", "aria-labelledby": "h-photos" }, el("h2", { id: "h-photos" }, "现场照片"), photos.box),
    ],
    foot: [el("p", {}, "没有网络也能报告，联网后送出"), button("报告", report, "btn next-step")],
  };
}

/** What the phone or the server knows of such reports, for the form's page. */
export function reported(part, draft) {
  const own = draft.obstacle;
  if (own && !own.sent) return [el("p", { class: own.refused ? "note bad" : "note" }, own.refused ? `不能检查的报告没有收：${own.refused}` : "已报告不能检查，联网后送出。")];
  return (part.obstacles ?? []).map((words) => el("p", { class: "note" }, `已报告不能检查，等经办人核实替补：${words}`));
}
