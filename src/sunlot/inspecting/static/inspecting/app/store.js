// What the app knows, in memory and in the vault: the day as the server gave it, drafts, files. Each change is in the
// vault before the next can follow it, so that a dead battery costs a tap at most.

import * as record from "./record.js";
import { learn, offset, restore, second } from "./times.js";

export class Store extends EventTarget {
  day = null;
  drafts = new Map();
  files = new Map();
  #vault;
  #writing = Promise.resolve();
  #underWay = 0;

  constructor(vault) {
    super();
    this.#vault = vault;
  }

  get vault() {
    return this.#vault;
  }

  /** Whether anything typed is not in the vault yet. */
  get isWriting() {
    return this.#underWay > 0;
  }

  /** Read everything that is kept. */
  async load() {
    const day = await this.#vault.meta("day");
    this.day = day ? fitted(await this.#vault.unseal(day)) : null;
    restore((await this.#vault.meta("ahead")) ?? 0);
    for await (const sealed of this.#vault.rows("drafts")) {
      const draft = upgraded(await this.#vault.unseal(sealed));
      this.drafts.set(draft.id, draft);
    }
    for await (const row of this.#vault.rows("files")) this.files.set(row.id, await this.#fromRow(row));
  }

  async #fromRow(row) {
    const meta = await this.#vault.unseal(row.meta);
    const thumb = row.thumb ? URL.createObjectURL(new Blob([await this.#vault.unsealBytes(row.thumb)], { type: "image/jpeg" })) : "";
    return { ...meta, id: row.id, part: row.part, size: row.size, offset: row.offset, state: row.state, words: row.words, thumb };
  }

  /** Take in what the server gave for the day. What was changed here stays; what nobody touched here is the server's. */
  async takeDay(day, asked) {
    await this.#vault.setMeta("ahead", learn(day.now, asked));
    this.day = day;
    for (const part of day.parts) {
      let draft = this.drafts.get(part.id);
      if (!draft) continue;
      const left = Object.entries(draft.written).filter(([number, one]) => one.seq > one.sent || !part.written.some((other) => other.number === number));
      if (left.length < Object.keys(draft.written).length) await this.#keep({ ...draft, written: Object.fromEntries(left) });
      draft = this.drafts.get(part.id);
      const free = !part.held || part.held.mine;
      if (!free) continue;
      const merged = isDirty(draft) || draft.signature ? record.merge(draft.base, draft.texts, part.texts).texts : part.texts;
      const changed = JSON.stringify(merged) !== JSON.stringify(draft.texts);
      if (changed || draft.version !== part.version) await this.#keep({ ...draft, base: part.texts, texts: merged, version: part.version });
    }
    for (const draft of this.drafts.values()) {
      const isGone = !day.parts.some((part) => part.id === draft.id);
      const isOnlyHere = draft.blocked && !draft.blocked.kept; // refused and not kept by the server: never thrown away here
      if (isGone && !isOnlyHere && !this.pendingOf(draft.id)) await this.forget(draft.id);
    }
    await this.#vault.setMeta("day", await this.#vault.seal(day));
    this.#tell();
  }

  part(id) {
    return this.day?.parts.find((one) => one.id === id);
  }

  /** The draft of a part, begun with what the server has. */
  draft(id) {
    const part = this.part(id);
    return this.drafts.get(id) ?? {
      format: 1, id, title: part.title, version: part.version, base: part.texts, texts: part.texts, rows: {}, seq: 0, sent: 0,
      place: null, signature: null, blocked: null, submit: "", obstacle: null, written: {},
    };
  }

  /** Change fields of a draft. What the inspected signed before does not stand for another content. */
  change(id, texts, more = {}) {
    const draft = this.draft(id);
    const differs = Object.keys(texts).some((name) => texts[name] !== (draft.texts[name] ?? ""));
    const signature = differs ? null : draft.signature;
    return this.#keep({ ...draft, texts: { ...draft.texts, ...texts }, signature, submit: signature ? draft.submit : "", seq: draft.seq + 1, ...more });
  }

  /** Write a record beside the form: begun with what the server has of it. */
  write(id, number, values) {
    const draft = this.draft(id);
    const known = draft.written[number] ?? { version: 0, ...this.part(id)?.written?.find((one) => one.number === number), seq: 0, sent: 0, refused: "" };
    const { isOwn, ...given } = values;
    return this.#keep({ ...draft, written: { ...draft.written, [number]: { ...known, ...given, number, seq: known.seq + 1 } } });
  }

  /** Note what became of a record that was sent; `sent` is the change up to which the server has it. */
  setWritten(id, number, values) {
    const draft = this.draft(id);
    return this.#keep({ ...draft, written: { ...draft.written, [number]: { ...draft.written[number], ...values } } });
  }

  /** Set what is not part of the record: what was sent, what blocks. */
  set(id, values) {
    return this.#keep({ ...this.draft(id), ...values });
  }

  #keep(draft) {
    this.drafts.set(draft.id, draft);
    this.#underWay += 1;
    this.#tell();
    const write = async () => {
      try {
        await this.#vault.put("drafts", await this.#vault.seal(this.drafts.get(draft.id) ?? draft), draft.id);
      } finally {
        this.#underWay -= 1;
        this.#tell();
      }
    };
    this.#writing = this.#writing.then(write, write);
    return this.#writing;
  }

  async forget(id) {
    this.drafts.delete(id);
    await this.#vault.remove("drafts", id);
    for (const file of this.filesOf(id)) await this.dropFile(file.id);
    this.#tell();
  }

  // --- files ---

  filesOf(id) {
    return [...this.files.values()].filter((file) => file.part === id);
  }

  /** Keep a file: its facts, a small picture, and its bytes. Raises Full where the phone has no room. */
  async addFile(part, facts, bytes, thumb) {
    const id = `${part}-${facts.digest}`;
    if (this.files.has(id)) return this.files.get(id);
    const meta = { ...facts, clock_offset: offset() };
    const row = {
      id, part, size: bytes.byteLength, offset: 0, state: "kept", words: "",
      meta: await this.#vault.seal(meta), thumb: thumb ? await this.#vault.seal(thumb) : null,
    };
    await this.#vault.putFile(row, await this.#vault.seal(bytes));
    const file = await this.#fromRow(row);
    this.files.set(id, file);
    if (facts.kind !== "sealed") await this.change(part, {}, { signature: null, submit: "" });
    this.#tell();
    return file;
  }

  /** The bytes of a kept file. */
  async bytes(id) {
    const body = await this.#vault.get("bodies", id);
    return body ? this.#vault.unsealBytes(body) : null;
  }

  /** Note how far a file was sent; `drop` lets its bytes go, which the server has. */
  async setFile(id, values, { drop = false } = {}) {
    const row = await this.#vault.get("files", id);
    if (!row) return;
    const { state = row.state, offset: sent = row.offset, words = row.words, left_out } = values;
    const file = { ...this.files.get(id), state, offset: sent, words };
    if (left_out !== undefined) file.left_out = left_out;
    const { thumb, ...facts } = file;
    await this.#vault.put("files", { ...row, state, offset: sent, words, meta: await this.#vault.seal(facts) });
    if (drop) await this.#vault.remove("bodies", id);
    this.files.set(id, file);
    this.#tell();
  }

  async dropFile(id) {
    const file = this.files.get(id);
    if (file?.thumb) URL.revokeObjectURL(file.thumb);
    this.files.delete(id);
    await this.#vault.removeFile(id);
    this.#tell();
  }

  /** The evidence that stands in a part's record: the server's and the phone's own. */
  evidence(id) {
    const found = new Map();
    for (const one of this.part(id)?.evidence ?? []) if (!one.left_out) found.set(one.digest, one);
    for (const file of this.filesOf(id)) {
      if (file.kind === "sealed") continue;
      if (file.state === "refused" || file.state === "leaving" || file.left_out) found.delete(file.digest);
      else found.set(file.digest, file);
    }
    return [...found.values()];
  }

  // --- what is not sent ---

  /** How many things of a part the server does not have. */
  pendingOf(id) {
    const draft = this.drafts.get(id);
    const files = this.filesOf(id).filter((file) => file.state === "kept" || file.state === "leaving").length;
    const signature = draft && waits(draft.signature) ? 1 : 0;
    return (draft && isDirty(draft) ? 1 : 0) + files + signature + (draft && waits(draft.obstacle) ? 1 : 0) + unsent(draft).length;
  }

  get pending() {
    const ids = new Set([...this.drafts.keys(), ...[...this.files.values()].map((file) => file.part)]);
    return [...ids].reduce((sum, id) => sum + this.pendingOf(id), 0);
  }

  /** Until everything said so far is in the vault. */
  settled() {
    return this.#writing;
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}

/** The records beside the form that the server does not have as they are. */
export const unsent = (draft) => Object.values(draft?.written ?? {}).filter((one) => one.seq > one.sent);

/** Whether something given once, a signature or a report, is still to be sent. */
export const waits = (given) => Boolean(given) && !given.sent && !given.refused;

export const isDirty = (draft) => draft.seq > draft.sent;

/** A day that an earlier version took along, with the words that it did not have; the next sync brings the true ones. */
function fitted(day) {
  const blanks = Object.fromEntries(day.words.modes.map(([mode]) => [mode, []]));
  return { ...day, words: { blanks, no_shot: "网络核查要附网页截图", obstacles: [], written: [], ...day.words } };
}

/** A draft as today's app keeps it, from whatever an earlier version kept. */
function upgraded(draft) {
  return { rows: {}, submit: "", obstacle: null, written: {}, ...draft, format: 1 };
}

/** When a file was taken, as its facts and the record hold it: by the phone's own clock. */
export const takenAt = () => second(Date.now());
