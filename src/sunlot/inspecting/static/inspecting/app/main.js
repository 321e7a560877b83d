// The app: who uses it, which page is shown, and the bar above it. It begins from the phone, and hears the server later.

import { codePage } from "./code.js";
import { button, el, say } from "./dom.js";
import { formPage } from "./form.js";
import { minePage } from "./mine.js";
import { obstaclePage } from "./obstacle.js";
import { Offline, Refusal, SignedOut, ask } from "./server.js";
import { signPage } from "./sign.js";
import { Store } from "./store.js";
import { Sync } from "./sync.js";
import { Vault } from "./vault.js";
import { writtenPage } from "./written.js";

const HERE = "/field/app/";
const LAST_USER = "sunlot.field.user";

const CLICKED = 150; // milliseconds from lifting the thumb until the click has come, on a slow phone too

class App {
  #page = null;
  #due = 0;
  #isPressed = false;

  constructor(store, sync, vault, device) {
    Object.assign(this, { store, sync, vault, device });
    this.bar = document.getElementById("bar");
    this.state = el("span", { class: "sync", role: "status" });
    store.addEventListener("change", () => { this.state.ariaBusy = String(store.isWriting); });
    for (const source of [store, sync]) {
      source.addEventListener("change", () => {
        this.#showState(); // at once: nobody may be told that all is sent while it is not
        this.#refreshSoon();
      });
    }
    addEventListener("hashchange", () => this.render({ top: true }));
    this.#watchThumb();
    setInterval(() => this.#refreshSoon(), 60_000);
    // Only what the service worker keeps opens again without a network: before that nobody may be told to go.
    this.kept = false;
    navigator.serviceWorker.ready.then(() => { this.kept = true; this.#refreshSoon(); });
  }

  go(hash) {
    if (location.hash === hash) this.render({ top: true });
    else location.hash = hash;
  }

  /** Show the page of the address. */
  render({ top = false } = {}) {
    const [, , id, step, more] = location.hash.split("/");
    const pages = { sign: signPage, code: codePage, obstacle: obstaclePage, written: writtenPage };
    const page = id ? (pages[step] ?? formPage)(this, Number(id), more) : minePage(this);
    if (page.redirect) return this.go(page.redirect);
    this.#page = page;
    document.title = `${page.title} · 阳光摇号`;
    this.bar.replaceChildren(page.home ? el("a", { class: "btn quiet", href: "/desk/" }, "工作台") : el("a", { class: "btn quiet", href: page.back }, "返回"), el("b", {}, page.title), this.state);
    document.getElementById("main").replaceChildren(...page.main.flat(Infinity).filter(Boolean));
    const foot = document.getElementById("foot");
    foot.className = page.foot.length ? "pfoot" : "";
    foot.replaceChildren(...page.foot);
    if (top) {
      scrollTo(0, 0);
      document.getElementById("main").focus({ preventScroll: true });
    }
    this.#refresh();
    return undefined;
  }

  /** A button that is exchanged between the thumb's coming down and its click never hears of the tap: the page waits. */
  #watchThumb() {
    let lifted = 0;
    addEventListener("pointerdown", () => {
      clearTimeout(lifted);
      this.#isPressed = true;
    }, true);
    for (const end of ["pointerup", "pointercancel"]) {
      addEventListener(end, () => {
        clearTimeout(lifted);
        lifted = setTimeout(() => {
          this.#isPressed = false;
          this.#refreshSoon();
        }, CLICKED);
      }, true);
    }
  }

  #refreshSoon() {
    if (this.#due || this.#isPressed) return;
    this.#due = requestAnimationFrame(() => { this.#due = 0; this.#refresh(); });
  }

  #refresh() {
    this.#showState();
    this.#page?.refresh();
  }

  #showState() {
    const [mark, words] = this.#syncWords();
    if (this.state.textContent !== words) this.state.replaceChildren(el("span", { class: `mark ${mark}` }, words));
  }

  #syncWords() {
    const { pending } = this.store;
    if (this.sync.phase === "syncing") return ["run", pending ? `正在同步 ${pending}` : "正在同步"];
    if (this.sync.phase === "synced" && !this.kept) return ["run", "正在存到手机"];
    if (this.sync.phase === "synced") return pending ? ["now", `待上传 ${pending} 处`] : ["done", "已同步"];
    if (this.sync.phase === "signed-out") return ["late", `未登录，已存 ${pending} 处`];
    if (this.sync.phase === "failed") return ["late", `同步失败，已存 ${pending} 处`];
    return ["now", `离线，已存 ${pending} 处`];
  }

  /** Ask before what can't be undone; resolves to whether it shall be done. */
  confirm(title, words, act) {
    return new Promise((resolve) => {
      const dialog = el("dialog", { class: "ask", "aria-label": title }, el("h2", {}, title), el("p", {}, words),
        el("div", { class: "row-wrap" }, button(act, () => dialog.close("yes"), "btn danger"), button("不，返回", () => dialog.close(), "btn")));
      dialog.addEventListener("close", () => { dialog.remove(); resolve(dialog.returnValue === "yes"); });
      document.body.append(dialog);
      dialog.showModal();
    });
  }

  async takeOver(id) {
    try {
      const clashes = await this.sync.takeOver(id);
      if (clashes.length) say(`已接手，有 ${clashes.length} 处两边都改过，以本机为准；原来的在留痕中可查。`);
    } catch (fault) {
      if (!(fault instanceof Offline || fault instanceof SignedOut || fault instanceof Refusal)) throw fault;
      await this.store.set(id, { blocked: { ...this.store.draft(id).blocked, words: fault instanceof Refusal ? fault.message : "没有网络，联网后才能接手。" } });
    }
    this.render();
  }

  /** Leave a part to the other device. What was typed here is a copy there, or goes up as one now. */
  async letGo(id) {
    if (this.store.pendingOf(id) && !await this.confirm("还有没上传的内容", "先同步，再放下这份检查表；照片会作为未列入的证据留存。", "仍然清除")) return;
    await this.store.forget(id);
    this.go("#/");
  }

  /** Take evidence that the server has out of the record. */
  async leaveOut(id, one) {
    await ask(`parts/${id}/evidence/${one.digest}/leave-out/`, { device: this.device });
    await this.sync.now({ day: true });
    this.render();
  }

  /** Put evidence that was left out, because it came late, into the record. */
  async include(id, one) {
    try {
      await ask(`parts/${id}/evidence/${one.digest}/include/`, { device: this.device });
    } catch (fault) {
      if (!(fault instanceof Offline || fault instanceof SignedOut || fault instanceof Refusal)) throw fault;
      await this.confirm("没有列入", fault instanceof Refusal ? fault.message : "没有网络，联网后再试。", "知道了");
      return;
    }
    const own = this.store.filesOf(id).find((file) => file.digest === one.digest);
    if (own) await this.store.setFile(own.id, { left_out: "" });
    await this.store.change(id, {}, { signature: null, submit: "" });
    await this.sync.now({ day: true });
    this.render();
  }

  async signOut() {
    await this.store.settled();
    const { pending } = this.store;
    const words = pending ? `还有 ${pending} 处没有上传。退出后它们加密留在这部手机上，由您本人再登录才能打开和上传。` : "离线的内容会锁上，再登录后打开。";
    if (!await this.confirm("退出登录？", words, pending ? "仍然退出" : "退出")) return;
    await this.vault.lock();
    const token = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="))?.slice(10) ?? "";
    const form = el("form", { method: "post", action: "/accounts/logout/" }, el("input", { type: "hidden", name: "csrfmiddlewaretoken", value: token }));
    document.body.append(form);
    if (navigator.onLine) form.submit();
    else location.reload();
  }
}

// --- beginning ---

const note = (...children) => document.getElementById("main").replaceChildren(el("div", { class: "note stack psec" }, children));
const login = () => el("a", { class: "btn next-step", href: `/accounts/login/?next=${HERE}` }, "登录");

/** One tab at a time writes what the phone keeps. */
function alone() {
  return new Promise((resolve) => {
    const hold = () => new Promise(() => { resolve(true); });
    navigator.locks.request("sunlot-field", { signal: AbortSignal.timeout(2500) }, hold).catch(() => {
      note(el("p", {}, "检查应用已在另一个标签页打开。"), button("在这里用", () => navigator.locks.request("sunlot-field", { steal: true }, hold)));
    });
  });
}

async function begin() {
  if (!globalThis.isSecureContext || !crypto.subtle || !("serviceWorker" in navigator) || !globalThis.indexedDB) {
    note(el("p", {}, "检查应用要用 HTTPS 打开，并且浏览器不是无痕模式。"), el("a", { class: "btn", href: "/field/?plain=1" }, "用网页填写检查表"));
    return;
  }
  keepCurrent();
  await alone();
  const heard = hear();
  const user = localStorage.getItem(LAST_USER);
  const vault = user ? await new Vault(user).open() : null;
  const quick = vault?.isOpen ? await start(vault) : null;
  const { answer, device } = await heard;
  if (!answer) {
    if (!quick) note(el("p", {}, user ? "离线的内容已锁上。联网后由您本人登录打开。" : "第一次使用要联网登录，同步之后没有网络也能检查。"), login());
    return;
  }
  if (answer.lost) return wipe(vault ?? await new Vault(user).open(), device);
  if (!answer.signed_in) {
    if (answer.signed_out && vault) await vault.lock();
    if (answer.signed_out || !quick) location.replace(`/accounts/login/?next=${HERE}`);
    else quick.sync.now();
    return;
  }
  if (quick && user === answer.username) return greet(quick, vault);
  localStorage.setItem(LAST_USER, answer.username);
  if (user && user !== answer.username) return location.reload(); // each person has a vault of their own
  await enter(vault ?? await new Vault(answer.username).open());
}

/** What the server says first; nothing where there is no network. */
async function hear() {
  const user = localStorage.getItem(LAST_USER);
  const device = user ? localStorage.getItem(`sunlot.field.device:${user}`) ?? "" : "";
  try {
    return { answer: await ask(`hello/?device=${device}`), device };
  } catch {
    return { answer: null, device };
  }
}

function deviceOf(user) {
  const key = `sunlot.field.device:${user}`;
  if (!localStorage.getItem(key)) {
    localStorage.setItem(key, Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(""));
  }
  return localStorage.getItem(key);
}

/** The phone and browser in a few words. */
function deviceName() {
  const agent = navigator.userAgent;
  const system = ["HarmonyOS", "Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux"].find((one) => agent.includes(one)) ?? "设备";
  const browser = [["Edg/", "Edge"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]].find(([mark]) => agent.includes(mark));
  return `${system} ${browser?.[1] ?? ""}`.trim();
}

/** Open the vault with the server's share and go on. */
async function enter(vault) {
  try {
    const { unlock, hours } = await ask("device/", { device: deviceOf(vault.user), name: deviceName() });
    await vault.unlock(unlock, hours);
  } catch (fault) {
    if (fault instanceof SignedOut) return location.replace(`/accounts/login/?next=${HERE}`);
    return note(el("p", {}, fault instanceof Refusal ? fault.message : "没有连上服务器，稍后再打开。"), el("a", { class: "btn", href: "/desk/role/" }, "换身份"), button("再试一次", () => location.reload()));
  }
  navigator.storage?.persist?.();
  const app = await start(vault);
  return app.sync.now({ day: true });
}

/** Show what the phone has. */
async function start(vault) {
  const store = new Store(vault);
  await store.load();
  const device = deviceOf(vault.user);
  const app = new App(store, new Sync(store, device), vault, device);
  app.render();
  return app;
}

/** A later opening within the key's hours: the person is known, the key lasts on, and the day is asked for again. */
async function greet(app, vault) {
  try {
    const { hours } = await ask("device/", { device: app.device, name: deviceName() });
    await vault.prolong(hours);
  } catch (fault) {
    if (!(fault instanceof Offline || fault instanceof SignedOut || fault instanceof Refusal)) throw fault;
  }
  return app.sync.now({ day: true });
}

async function wipe(vault, device) {
  await vault.wipe();
  localStorage.removeItem(LAST_USER);
  localStorage.removeItem(`sunlot.field.device:${vault.user}`);
  await ask("wiped/", { device }).catch(() => {});
  note(el("p", {}, "这部手机已挂失，上面的检查数据已清除。"), login());
}

/** Register the service worker, and say when a newer app waits; it comes in only when its person says so. */
async function keepCurrent() {
  const registration = await navigator.serviceWorker.register("/field/sw.js", { scope: "/field/" });
  const offer = () => {
    if (!registration.waiting || !navigator.serviceWorker.controller || document.getElementById("newer")) return;
    document.body.prepend(el("div", { class: "note newer", id: "newer", role: "status" }, el("p", {}, "检查应用有新版本。已填的内容都已存好，更新后接着填。"), button("更新", () => registration.waiting.postMessage("take over"), "btn next-step")));
  };
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
  offer();
  const had = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => had && location.reload());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && navigator.onLine && registration.update().catch(() => {}));
}

begin();
