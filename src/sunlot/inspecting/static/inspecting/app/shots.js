// The photos and files of an item, or of the visit as a whole, with the buttons that add to them.

import { Unfit, take } from "./capture.js";
import { button, el, say } from "./dom.js";
import { clockWords } from "./times.js";
import { Full } from "./vault.js";

const APART = ["scan", "shot", "sealed"]; // kinds that have blocks of their own, or none

/** A block that shows them and stays true: call `refresh` after each change. */
export function shots(app, part, item, { kind = "photo" } = {}) {
  const { store } = app;
  const rows = el("ul", { class: "photos shots" });
  const faults = el("div", { role: "alert" });
  const box = el("div", { class: "shot-box stack" }, rows, faults, adders());

  function adders() {
    if (kind === "scan") return el("div", { class: "row-wrap" }, adder("拍下纸质表", { camera: true }), adder("选择扫描件", { accept: "image/jpeg,image/png,application/pdf" }));
    if (kind === "shot") return el("div", { class: "row-wrap" }, adder("选择网页截图", { accept: "image/jpeg,image/png,image/webp,application/pdf", multiple: true }));
    return el("div", { class: "row-wrap" },
      adder("拍照", { camera: true }),
      adder("从相册选", { accept: "image/jpeg,image/png,image/webp", multiple: true }),
      adder("其他文件", { as: "file", accept: ".pdf,.docx,.xlsx,.mp4,.m4a,.heic,video/mp4,application/pdf,image/heic" }));
  }

  function adder(words, { camera = false, accept = "image/jpeg,image/png,image/webp", multiple = false, as = kind }) {
    const input = el("input", { type: "file", accept, multiple, capture: camera ? "environment" : null, class: "visually-hidden", "aria-label": item ? `${words}：${item}` : words });
    input.addEventListener("change", () => add([...input.files], { camera, as }).finally(() => { input.value = ""; }));
    return el("label", { class: "btn" }, input, words);
  }

  async function add(files, { camera, as }) {
    faults.replaceChildren();
    for (const file of files) {
      try {
        await take(store, part.id, file, { kind: as, item, camera });
        say(`已存 ${file.name}`);
      } catch (fault) {
        faults.append(told(fault, file));
      }
    }
  }

  /** A file that could not be kept is still in the memory of the page: it is offered for saving, so that it is not lost. */
  function told(fault, file) {
    if (fault instanceof Unfit) return el("p", { class: "fault" }, `${file.name}：${fault.message}`);
    const words = fault instanceof Full ? "手机存储已满，这个文件没有存进检查应用。先同步或清理手机，再添加一次。" : "没有存成，再添加一次。";
    return el("p", { class: "fault" }, `${file.name}：${words}`, el("a", { href: URL.createObjectURL(file), download: file.name }, "存到手机相册或下载"));
  }

  function refresh() {
    const own = new Map(store.filesOf(part.id).map((file) => [file.digest, file]));
    const belongs = (one) => (one.item ?? "") === item && (kind === "photo" ? !APART.includes(one.kind) : one.kind === kind);
    const kept = (store.part(part.id)?.evidence ?? []).filter((one) => !own.has(one.digest));
    const all = [...kept, ...own.values()].filter(belongs);
    rows.replaceChildren(...all.filter((one) => one.state !== "leaving").map((one) => line(one, own.has(one.digest))));
    rows.hidden = !rows.children.length;
    return all.length;
  }

  function line(one, isOwn) {
    const picture = one.thumb
      ? el("img", { src: one.thumb, alt: one.caption || one.name, width: 120, height: 90 })
      : one.is_photo ? el("img", { src: `/desk/inspecting/parts/${part.id}/evidence/${one.id}/`, alt: one.caption || one.name, width: 120, height: 90, loading: "lazy" })
        : el("span", { class: "file-name" }, one.name);
    const source = one.kind === "photo" ? (one.from_camera ? "现场拍摄" : "选自相册") : one.kind === "shot" ? "网页截图" : "文件";
    return el("li", {}, picture, el("span", {}, `${clockWords(one.taken_at || "")} ${source}`), el("span", { class: "mark " + stateOf(one, isOwn)[0] }, stateOf(one, isOwn)[1]),
      one.left_out ? [el("span", {}, one.left_out), button("列入记录", () => app.include(part.id, one), "btn quiet small")] : button("不用这个", () => drop(one, isOwn), "btn quiet small"));
  }

  function stateOf(one, isOwn) {
    if (one.left_out) return ["off", "未列入记录"];
    if (!isOwn || one.state === "sent") return ["done", "已上传"];
    if (one.state === "refused") return ["late", one.words];
    return one.offset ? ["run", `已传 ${Math.floor((100 * one.offset) / one.size)} %`] : ["", "待上传"];
  }

  async function drop(one, isOwn) {
    if (!await app.confirm(`不用“${one.name}”？`, isOwn && one.state !== "sent" ? "它还没有上传，会从手机上删去。" : "它从记录中拿出，文件在单位的系统里留存。", "不用这个")) return;
    if (isOwn && one.state !== "sent") await store.dropFile(one.id);
    else if (isOwn) await store.setFile(one.id, { state: "leaving" });
    else return app.leaveOut(part.id, one);
    await store.change(part.id, {}, { signature: null, submit: "" });
    return undefined;
  }

  refresh();
  return { box, refresh };
}
