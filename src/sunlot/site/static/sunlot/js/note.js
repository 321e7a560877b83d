// Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint), and the verifier key of a log.

import { verifies } from "./ed25519.js";
import { sha256 } from "./hashing.js";
import { seen, show, utf8 } from "./text.js";

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const KEY_NAME = /^[^\p{White_Space}+\u0000-\u001f]+$/u;
const SIGNATURE_LINE = /^\u2014 ([^\p{White_Space}+\u0000-\u001f]+) (\S+)$/u;
const MOST_SIGNATURES = 100;
const MOST_BYTES = 1_000_000;
const ED25519 = 1;

/** What is wrong with a key, a note or a checkpoint, in words. */
export class NoteFault extends Error {}

/** The bytes of standard base64 (RFC 4648, section 4) in its only spelling; null for anything else. */
export function base64(text) {
  if (typeof text !== "string" || !BASE64.test(text)) return null;
  const binary = atob(text);
  return btoa(binary) === text ? Uint8Array.from(binary, (character) => character.charCodeAt(0)) : null;
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The key of a verifier key line `name+keyid+base64`: {name, id, publicKey}. Throws NoteFault. */
export function readKey(line) {
  const found = /^([^+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(line);
  const key = found ? base64(found[3]) : null;
  if (!key || !KEY_NAME.test(found[1])) throw new NoteFault("应为“名称+8 位编号+Base64”的一行");
  if (key.length !== 33 || key[0] !== ED25519) throw new NoteFault("应为 Ed25519 公钥（类型 1，32 字节）");
  const id = hex(sha256(utf8(`${found[1]}\n`), key).subarray(0, 4));
  if (id !== found[2]) throw new NoteFault(`编号应为 ${id}，实为 ${found[2]}：抄录有误`);
  return { name: found[1], id, publicKey: key.subarray(1) };
}

/** The checkpoint of a signed note: {size, root} under this key. Throws NoteFault. */
export function openCheckpoint(note, key) {
  const { text, signatures } = splitNote(note);
  const own = signatures.filter((one) => one.name === key.name && hex(one.bytes.subarray(0, 4)) === key.id);
  if (own.length === 0) throw new NoteFault(`应为由所给的公钥 ${seen(key.name)}+${key.id} 签名，实为没有它的签名`);
  if (!own.every(({ bytes }) => verifies(key.publicKey, utf8(text), bytes.subarray(4)))) {
    throw new NoteFault("应为有效的签名，实为签名不符");
  }
  const [origin, size, root, ...extensions] = text.slice(0, -1).split("\n");
  if (origin !== key.name) throw new NoteFault(`来源应为 ${seen(key.name)}，实为${show(origin)}`);
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(size ?? "") || !Number.isSafeInteger(Number(size))) {
    throw new NoteFault(`第 2 行应为条目数，实为${show(size)}`);
  }
  const hash = base64(root);
  if (hash?.length !== 32) throw new NoteFault(`第 3 行应为 32 字节的根，实为${show(root)}`);
  if (extensions.includes("")) throw new NoteFault("应为没有空行的检查点");
  return { size: Number(size), root: hash };
}

function splitNote(note) {
  if (utf8(note).length > MOST_BYTES) throw new NoteFault(`应为至多 ${MOST_BYTES} 字节的签名文本`);
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) throw new NoteFault("应为只含换行、没有别的控制字符的文字");
  const gap = note.lastIndexOf("\n\n");
  if (gap < 0 || !note.endsWith("\n") || gap + 2 >= note.length) throw new NoteFault("应为正文、空行、签名行，实为不全");
  const lines = note.slice(gap + 2, -1).split("\n");
  if (lines.length > MOST_SIGNATURES) throw new NoteFault(`应为至多 ${MOST_SIGNATURES} 个签名`);
  const signatures = lines.map((line) => {
    const found = SIGNATURE_LINE.exec(line);
    const bytes = found ? base64(found[2]) : null;
    if (!bytes || bytes.length < 5) throw new NoteFault(`应为“— 名称 Base64”的签名行，实为${show(line)}`);
    return { name: found[1], bytes };
  });
  return { text: note.slice(0, gap + 1), signatures };
}
