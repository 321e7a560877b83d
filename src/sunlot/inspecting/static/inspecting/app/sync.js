// Sending what the phone has, in the order in which the server can use it: the draft, its files piece by piece, then the
// signature over both. Everything may be sent twice; whatever breaks off goes on where it was.

import { merge } from "./record.js";
import { Offline, Refusal, SignedOut, ask } from "./server.js";
import { isDirty, unsent, waits } from "./store.js";

const [LEAST_PIECE, FIRST_PIECE] = [256 * 1024, 512 * 1024]; // bytes; a good line gets larger pieces, a bad one smaller
const SOON = 4000; // milliseconds within which a piece should be through
const PAUSES = [2, 5, 10, 20, 40, 60]; // seconds between two tries
const QUICK = [200, 800, 2000]; // milliseconds: a piece that got lost is sent again at once, before the run is given up
const FRESH = 5 * 60_000; // how old the day may be before it is asked for again

export class Sync extends EventTarget {
  phase = "offline"; // offline, syncing, synced, failed, signed-out
  words = "";
  #store;
  #device;
  #running = null;
  #again = false;
  #tries = 0;
  #timer = 0;
  #dayAt = 0;

  constructor(store, device) {
    super();
    this.#store = store;
    this.#device = device;
    addEventListener("online", () => this.now());
    addEventListener("offline", () => this.#be("offline"));
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.now());
    let last = 0;
    store.addEventListener("change", () => {
      const pending = store.pending;
      if (pending && pending !== last && !this.#running) this.#soon(1);
      last = pending;
    });
  }

  /** Sync now; resolves when this run is over, however it ends. */
  now({ day = false } = {}) {
    if (day) this.#dayAt = 0;
    this.#again = true;
    clearTimeout(this.#timer);
    this.#running ??= this.#run().finally(() => { this.#running = null; });
    return this.#running;
  }

  #soon(seconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), seconds * 1000);
  }

  async #run() {
    while (this.#again) {
      this.#again = false;
      this.#be("syncing");
      try {
        await this.#send();
        if (Date.now() - this.#dayAt > FRESH) await this.#fetchDay();
        this.#tries = 0;
        this.#be("synced");
        if (this.#store.pending) this.#again = await this.#hasMore();
      } catch (fault) {
        if (fault instanceof SignedOut) return this.#be("signed-out");
        if (fault instanceof Offline) this.#be(navigator.onLine ? "failed" : "offline");
        else if (fault instanceof Refusal) this.#be("failed", fault.message);
        else throw fault;
        this.#soon(PAUSES[Math.min(this.#tries, PAUSES.length - 1)]);
        this.#tries += 1;
        return undefined;
      }
    }
    return undefined;
  }

  /** Whether something that can be sent now was added meanwhile; what waits for its person does not count. */
  async #hasMore() {
    await this.#store.settled();
    return [...this.#store.drafts.values()].some((draft) => !draft.blocked && (isDirty(draft) || waits(draft.signature) || waits(draft.obstacle) || unsent(draft).some((one) => !one.refused)))
      || [...this.#store.files.values()].some((file) => file.state === "kept" || file.state === "leaving");
  }

  async #fetchDay() {
    const asked = Date.now();
    await this.#store.takeDay(await ask(`day/?device=${this.#device}`), asked);
    this.#dayAt = Date.now();
  }

  async #send() {
    const ids = new Set([...this.#store.drafts.keys(), ...[...this.#store.files.values()].map((file) => file.part)]);
    for (const id of ids) {
      await this.#sendDraft(id);
      for (const file of this.#store.filesOf(id)) await this.#sendFile(file);
      await this.#sendWritten(id);
      await this.#sendSignature(id);
      await this.#sendObstacle(id);
    }
  }

  async #sendDraft(id) {
    const draft = this.#store.drafts.get(id);
    if (!draft || !isDirty(draft) || draft.blocked) return;
    try {
      const { version } = await ask(`parts/${id}/draft/`, { device: this.#device, texts: draft.texts, place: draft.place });
      await this.#store.set(id, { version, base: draft.texts, sent: draft.seq });
    } catch (fault) {
      if (!(fault instanceof Refusal)) throw fault;
      await this.#store.set(id, { blocked: { words: fault.message, held: fault.answer.held ?? null, kept: Boolean(fault.answer.kept) }, sent: draft.seq });
    }
  }

  async #sendFile(file) {
    try {
      if (file.state === "leaving") {
        await ask(`parts/${file.part}/evidence/${file.digest}/leave-out/`, { device: this.#device });
        await this.#store.setFile(file.id, { state: "sent", left_out: "检查人员不采用" });
      }
      if (file.state === "kept") await this.#upload(file);
    } catch (fault) {
      if (!(fault instanceof Refusal)) throw fault;
      await this.#store.setFile(file.id, { state: "refused", words: fault.message });
    }
  }

  async #upload(file) {
    const { thumb, state, words, ...facts } = file;
    const begun = await ask(`parts/${file.part}/evidence/`, { ...facts, device: this.#device });
    if (begun.done) return this.#sent(file, begun);
    const bytes = await this.#store.bytes(file.id);
    if (!bytes) return this.#store.setFile(file.id, { state: "refused", words: "手机上已没有这个文件。" });
    let at = begun.offset;
    let [lost, size] = [0, FIRST_PIECE];
    while (at < file.size) {
      const piece = bytes.subarray(at, at + size);
      const sentAt = Date.now();
      try {
        const answer = await ask(`parts/${file.part}/evidence/${file.digest}/?offset=${at}&device=${this.#device}`, piece);
        at = answer.offset;
        lost = this.#tries = 0;
        if (Date.now() - sentAt < SOON) size = Math.min(2 * size, begun.piece);
        if (answer.done) return this.#sent(file, answer);
        await this.#store.setFile(file.id, { offset: at });
      } catch (fault) {
        if (fault instanceof Offline && navigator.onLine && lost < QUICK.length) {
          await new Promise((resolve) => { setTimeout(resolve, QUICK[lost]); });
          lost += 1;
          size = Math.max(LEAST_PIECE, size / 2);
        } else if (fault instanceof Refusal && fault.answer.offset > 0 && fault.answer.offset !== at) {
          at = fault.answer.offset; // the piece had come, only its answer had not
        } else if (fault instanceof Refusal && fault.answer.offset !== undefined) {
          if (at === 0) throw new Offline();
          return this.#upload(file); // whole already, or forgotten: asked for anew, the server says which
        } else {
          throw fault;
        }
      }
    }
    return this.#store.setFile(file.id, { state: "sent", offset: file.size }); // sealed paper: the signature takes it over
  }

  #sent(file, { left_out: why = "" }) {
    return this.#store.setFile(file.id, { state: "sent", offset: file.size, left_out: why }, { drop: true });
  }

  /** Whether everything that a signature or a report stands on has been sent. */
  #isWhole(id) {
    const draft = this.#store.drafts.get(id);
    return !draft.blocked && !isDirty(draft) && !this.#store.filesOf(id).some((file) => file.state === "kept" || file.state === "leaving");
  }

  async #sendWritten(id) {
    if (this.#store.filesOf(id).some((file) => file.state === "kept")) return;
    for (const one of unsent(this.#store.drafts.get(id)).filter((record) => !record.refused)) {
      const { number, seq } = one;
      try {
        const { pk, version } = await ask(`parts/${id}/written/`, { ...one, device: this.#device });
        await this.#store.setWritten(id, number, { pk, version, sent: seq });
        this.#dayAt = 0;
      } catch (fault) {
        if (!(fault instanceof Refusal)) throw fault;
        await this.#store.setWritten(id, number, { refused: fault.message, version: fault.answer.version ?? one.version });
      }
    }
  }

  async #sendObstacle(id) {
    const given = this.#store.drafts.get(id)?.obstacle;
    if (!waits(given) || !this.#isWhole(id)) return;
    try {
      await ask(`parts/${id}/obstacle/`, { ...given, device: this.#device });
      await this.#store.set(id, { obstacle: { ...given, sent: true } });
      this.#dayAt = 0;
    } catch (fault) {
      if (!(fault instanceof Refusal)) throw fault;
      await this.#store.set(id, { obstacle: { ...given, refused: fault.message } });
    }
  }

  async #sendSignature(id) {
    const given = this.#store.drafts.get(id)?.signature;
    if (!waits(given) || !this.#isWhole(id)) return;
    try {
      const { submit } = await ask(`parts/${id}/signature/`, { ...given, device: this.#device });
      await this.#store.set(id, { signature: { ...given, sent: true }, submit });
      const scan = this.#store.files.get(`${id}-${given.scan}`);
      if (scan) await this.#store.setFile(scan.id, {}, { drop: true });
    } catch (fault) {
      if (!(fault instanceof Refusal)) throw fault;
      await this.#store.set(id, { signature: { ...given, refused: fault.message } });
    }
  }

  /** Take a part over from the device that has it; what was changed here goes over what is there. */
  async takeOver(id) {
    const { version, texts } = await ask(`parts/${id}/check-out/`, { device: this.#device, over: true });
    const draft = this.#store.draft(id);
    const merged = merge(draft.base, draft.texts, texts);
    const same = JSON.stringify(merged.texts) === JSON.stringify(texts);
    await this.#store.set(id, { version, base: texts, texts: merged.texts, blocked: null, seq: draft.seq + (same ? 0 : 1), signature: null });
    await this.now({ day: true });
    return merged.clashes;
  }

  /** Check a part out to this device, if it is free and there is a network. */
  async claim(id) {
    try {
      await ask(`parts/${id}/check-out/`, { device: this.#device });
      this.#dayAt = 0;
    } catch (fault) {
      if (fault instanceof Refusal && fault.answer.held) await this.#store.set(id, { blocked: { words: fault.message, held: fault.answer.held, kept: false } });
      else if (!(fault instanceof Offline || fault instanceof SignedOut || fault instanceof Refusal)) throw fault;
    }
  }

  #be(phase, words = "") {
    this.phase = phase;
    this.words = words;
    this.dispatchEvent(new Event("change"));
  }
}
