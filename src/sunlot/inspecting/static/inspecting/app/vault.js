// What the phone keeps: IndexedDB, encrypted by AES-GCM with a key that the page can use but not read.
//
// The key is kept twice: ready for use (dropped at sign-out, and after hours without contact), and wrapped under a share
// that the server gives to the same person alone. So what is locked is not lost: signing in again opens it; and a finder
// of the phone, who can't sign in, has ciphertext (docs/security.md).

const PREFIX = "sunlot-field:";

// Each step takes the database one version further. A step that was shipped is never changed; a change is the next step.
const STEPS = [
  (db) => {
    db.createObjectStore("meta");
    db.createObjectStore("drafts");
    db.createObjectStore("files", { keyPath: "id" }); // what is known of each file
    db.createObjectStore("bodies"); // their bytes, which are read and written far more rarely
  },
];

export class Full extends Error {}

export class Vault {
  #db;
  #key = null;

  constructor(user) {
    this.user = user;
  }

  async open() {
    this.#db = await new Promise((resolve, reject) => {
      const request = indexedDB.open(PREFIX + this.user, STEPS.length);
      request.onupgradeneeded = ({ oldVersion }) => STEPS.slice(oldVersion).forEach((step) => step(request.result, request.transaction));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    this.#db.onversionchange = () => this.#db.close(); // a newer version of the app wants to take its step
    const kept = await this.meta("key");
    if (kept && kept.until > Date.now()) this.#key = kept.key;
    else if (kept) await this.lock();
    return this;
  }

  /** Whether what is kept can be read. */
  get isOpen() {
    return this.#key !== null;
  }

  /** Open the vault with the server's share of the key, made on first use. */
  async unlock(share, hours) {
    const bytes = Uint8Array.from(share.match(/../g), (pair) => parseInt(pair, 16));
    const wrapping = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
    const wrapped = await this.meta("wrapped");
    const raw = wrapped ? await decrypt(wrapping, wrapped) : crypto.getRandomValues(new Uint8Array(32));
    if (!wrapped) await this.setMeta("wrapped", await encrypt(wrapping, raw));
    this.#key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
    await this.prolong(hours);
  }

  /** Keep the key ready for so many hours from now. */
  async prolong(hours) {
    if (this.#key) await this.setMeta("key", { key: this.#key, until: Date.now() + hours * 3600_000 });
  }

  /** Drop the key that is ready; what is kept stays, unreadable until the person signs in again. */
  async lock() {
    this.#key = null;
    await this.#run("meta", "readwrite", (store) => store.delete("key"));
  }

  /** Forget everything of this person. */
  async wipe() {
    this.#key = null;
    this.#db.close();
    await new Promise((resolve) => {
      const request = indexedDB.deleteDatabase(PREFIX + this.user);
      request.onsuccess = request.onerror = request.onblocked = resolve;
    });
  }

  meta(name) {
    return this.#run("meta", "readonly", (store) => store.get(name));
  }

  setMeta(name, value) {
    return this.#run("meta", "readwrite", (store) => store.put(value, name));
  }

  /** A value as ciphertext, and back. */
  async seal(value) {
    return encrypt(this.#key, value instanceof Uint8Array || value instanceof ArrayBuffer ? value : new TextEncoder().encode(JSON.stringify(value)));
  }

  async unseal(sealed) {
    return JSON.parse(new TextDecoder().decode(await this.unsealBytes(sealed)));
  }

  unsealBytes(sealed) {
    return decrypt(this.#key, sealed);
  }

  async put(store, value, key) {
    await this.#run(store, "readwrite", (rows) => (key === undefined ? rows.put(value) : rows.put(value, key)));
  }

  /** A file with its bytes: both are there, or neither. */
  async putFile(row, body) {
    await this.#run(["files", "bodies"], "readwrite", (files, bodies) => {
      bodies.put(body, row.id);
      return files.put(row);
    });
  }

  async removeFile(id) {
    await this.#run(["files", "bodies"], "readwrite", (files, bodies) => {
      bodies.delete(id);
      return files.delete(id);
    });
  }

  get(store, key) {
    return this.#run(store, "readonly", (rows) => rows.get(key));
  }

  remove(store, key) {
    return this.#run(store, "readwrite", (rows) => rows.delete(key));
  }

  /** The rows of a store, one after the other: of photos there are more than fit into the memory at once. */
  async *rows(store) {
    for (const key of await this.#run(store, "readonly", (rows) => rows.getAllKeys())) {
      const row = await this.get(store, key);
      if (row) yield row;
    }
  }

  #run(names, mode, act) {
    return new Promise((resolve, reject) => {
      const work = this.#db.transaction(names, mode, { durability: "strict" });
      const request = act(...[names].flat().map((name) => work.objectStore(name)));
      const fail = () => reject(work.error?.name === "QuotaExceededError" ? new Full() : (work.error ?? request.error));
      work.oncomplete = () => resolve(request.result);
      work.onabort = fail;
      work.onerror = fail;
    });
  }
}

async function encrypt(key, data) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, data) };
}

async function decrypt(key, { iv, data }) {
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data));
}
