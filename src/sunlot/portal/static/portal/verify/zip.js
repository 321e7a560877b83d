// Zip files read with suspicion (PKWARE APPNOTE): plain files at the root, stored or deflated, one behind the other
// without gap, local headers that say what the directory says, nothing before, between or behind.

import { inflate, InflateFault, mostInflated } from "./inflate.js";
import { seen } from "../../sunlot/js/text.js";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const DESCRIPTOR = 0x08074b50;
const MOST_ENTRIES = 40_000; // three rosters of 9,999 parts, and room for files that are of no account
const MOST_DIRECTORY = 1024 * MOST_ENTRIES; // bytes
const WHOLE_32 = 0xffffffff;
const DESCRIBED_BEHIND = 1 << 3;
const NAMED_IN_UTF8 = 1 << 11;
const KNOWN_FLAGS = DESCRIBED_BEHIND | NAMED_IN_UTF8 | 0b110; // and how hard deflate tried
const [STORED, DEFLATED] = [0, 8];
const [TYPE_OF_FILE, REGULAR, FOLDER] = [0xf000, 0x8000, 0x4000];

// The upper half of code page 437, in which names without NAMED_IN_UTF8 are written (appendix D.1).
const CP437 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

/** What is wrong with a zip, in words; `file` names the entry, or is empty. */
export class ZipFault extends Error {
  constructor(file, words) {
    super(file ? `${seen(file)}：${words}` : words);
  }
}

/** The entries of a zip by name, each `{size, bytes()}`. Throws ZipFault; `bytes()` does so too. */
export function readZip(data) {
  const zip = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const directory = findDirectory(zip);
  const entries = readDirectory(zip, data, directory);
  let at = 0;
  for (const entry of [...entries].sort((one, other) => one.offset - other.offset)) {
    if (entry.offset !== at) throw new ZipFault(entry.name, `应为从第 ${at} 字节开始，实为从第 ${entry.offset} 字节开始`);
    at = readLocal(zip, data, entry, directory.at);
  }
  if (at !== directory.at) throw new ZipFault("", "应为文件之后就是目录，实为其间还有内容");
  return byName(entries, data);
}

function byName(entries, data) {
  const found = new Map();
  for (const entry of entries) {
    if (found.has(entry.name)) throw new ZipFault(entry.name, "应为不重复的文件名，实为出现两次");
    found.set(entry.name, { size: entry.size, bytes: () => unpack(data, entry) });
  }
  return found;
}

/** Where the directory lies: {at, size, count}. The end record is the file's last, without a comment. */
function findDirectory(zip) {
  const at = zip.byteLength - 22;
  if (at < 0 || zip.getUint32(at, true) !== END || zip.getUint16(at + 20, true) !== 0) {
    throw new ZipFault("", "应为 zip 文件（结尾没有注释），实为不是 zip，或不完整");
  }
  let found = {
    count: zip.getUint16(at + 10, true), size: zip.getUint32(at + 12, true), at: zip.getUint32(at + 16, true), end: at,
  };
  const disks = [4, 6].map((place) => zip.getUint16(at + place, true));
  if (disks.some((disk) => disk !== 0) || zip.getUint16(at + 8, true) !== found.count) {
    throw new ZipFault("", "应为不分卷的 zip 文件");
  }
  if (found.count === 0xffff || found.size === WHOLE_32 || found.at === WHOLE_32) found = findDirectory64(zip, at);
  if (found.count > MOST_ENTRIES || found.size > MOST_DIRECTORY) {
    throw new ZipFault("", `应为至多 ${MOST_ENTRIES} 个文件，实为 ${found.count} 个，目录 ${found.size} 字节`);
  }
  if (found.at + found.size !== found.end) throw new ZipFault("", "应为目录之前、之后没有别的内容");
  return found;
}

function findDirectory64(zip, end) {
  const locator = end - 20;
  const at = locator - 56;
  const fits = at >= 0 && zip.getUint32(locator, true) === LOCATOR64 && whole(zip, locator + 8) === at
    && zip.getUint32(at, true) === END64 && whole(zip, at + 4) === 44
    && zip.getUint32(locator + 4, true) === 0 && zip.getUint32(locator + 16, true) === 1
    && zip.getUint32(at + 16, true) === 0 && zip.getUint32(at + 20, true) === 0
    && whole(zip, at + 24) === whole(zip, at + 32);
  if (!fits) throw new ZipFault("", "应为完整的 zip64 结尾记录，实为记录不符");
  return { count: whole(zip, at + 32), size: whole(zip, at + 40), at: whole(zip, at + 48), end: at };
}

// A number of 64 bits; those above 2^53 are only ever compared with small ones.
const whole = (view, at) => view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;

function readDirectory(zip, data, directory) {
  const entries = [];
  let at = directory.at;
  for (let n = 0; n < directory.count; n += 1) {
    if (at + 46 > directory.end || zip.getUint32(at, true) !== CENTRAL) {
      throw new ZipFault("", `应为目录恰有 ${directory.count} 项，实为更少`);
    }
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((place) => zip.getUint16(at + place, true));
    const next = at + 46 + nameLength + extraLength + commentLength;
    if (next > directory.end) throw new ZipFault("", "应为完整的目录，实为超出结尾");
    entries.push(readCentral(zip, data, at, nameLength, extraLength));
    at = next;
  }
  if (at !== directory.end) throw new ZipFault("", `应为目录恰有 ${directory.count} 项，实为还有别的内容`);
  return entries;
}

function readCentral(zip, data, at, nameLength, extraLength) {
  const flags = zip.getUint16(at + 8, true);
  const rawName = data.subarray(at + 46, at + 46 + nameLength);
  const entry = {
    name: nameOf(rawName, flags),
    rawName,
    flags,
    method: zip.getUint16(at + 10, true),
    crc: zip.getUint32(at + 16, true),
    packed: zip.getUint32(at + 20, true),
    size: zip.getUint32(at + 24, true),
    offset: zip.getUint32(at + 42, true),
  };
  widen(zip, entry, ["size", "packed", "offset"], at + 46 + nameLength, extraLength);
  checkKind(entry, zip.getUint16(at + 4, true) >> 8, zip.getUint32(at + 38, true), zip.getUint16(at + 34, true));
  return entry;
}

function nameOf(bytes, flags) {
  if (!(flags & NAMED_IN_UTF8)) {
    return Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : CP437[byte - 128])).join("");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ZipFault("", "应为 UTF-8 的文件名");
  }
}

/** Take from the zip64 extra field (4.5.3) the numbers that did not fit. */
function widen(zip, entry, members, at, length) {
  const missing = members.filter((member) => entry[member] === WHOLE_32);
  if (missing.length === 0) return;
  for (let place = at; place + 4 <= at + length; place += 4 + zip.getUint16(place + 2, true)) {
    if (zip.getUint16(place, true) !== 1) continue;
    if (zip.getUint16(place + 2, true) < 8 * missing.length || place + 4 + 8 * missing.length > at + length) break;
    missing.forEach((member, n) => { entry[member] = whole(zip, place + 4 + 8 * n); });
    return;
  }
  throw new ZipFault(entry.name, "应为完整的 zip64 附加字段，实为没有或不完整");
}

function checkKind(entry, system, attributes, disk) {
  const { name, flags, method } = entry;
  const type = system === 3 ? (attributes >>> 16) & TYPE_OF_FILE : 0;
  if (name.endsWith("/") || type === FOLDER || attributes & 0x10) {
    throw new ZipFault(name, "应为文件（压缩包内没有文件夹），实为文件夹");
  }
  if (name === "" || name === "." || name === ".." || /[/\\:\u0000]/.test(name)) {
    throw new ZipFault(name || "（没有名字）", "应为压缩包根部的文件名，不含路径");
  }
  if (type !== 0 && type !== REGULAR) throw new ZipFault(name, "应为普通文件，实为链接或设备");
  if ((flags & ~KNOWN_FLAGS) !== 0 || (method !== STORED && method !== DEFLATED)) {
    throw new ZipFault(name, "应为不加密、以存储或 deflate 方式压缩的文件");
  }
  if (disk !== 0) throw new ZipFault(name, "应为不分卷的 zip 文件");
}

/** Check an entry's local header against the directory and note where its data lies; returns where the next begins. */
function readLocal(zip, data, entry, directory) {
  const { offset } = entry;
  const differs = new ZipFault(entry.name, "应为与目录一致的本地文件头");
  if (offset + 30 > directory || zip.getUint32(offset, true) !== LOCAL) throw differs;
  const local = {
    name: entry.name,
    crc: zip.getUint32(offset + 14, true),
    packed: zip.getUint32(offset + 18, true),
    size: zip.getUint32(offset + 22, true),
  };
  const [nameLength, extraLength] = [26, 28].map((place) => zip.getUint16(offset + place, true));
  entry.data = offset + 30 + nameLength + extraLength;
  const end = entry.data + entry.packed;
  if (end > directory) throw differs;
  widen(zip, local, ["size", "packed"], offset + 30 + nameLength, extraLength);
  const same = zip.getUint16(offset + 6, true) === entry.flags && zip.getUint16(offset + 8, true) === entry.method
    && nameLength === entry.rawName.length && entry.rawName.every((byte, n) => byte === data[offset + 30 + n]);
  if (!same) throw differs;
  const agree = (said) => said.crc === entry.crc && said.packed === entry.packed && said.size === entry.size;
  if (!(entry.flags & DESCRIBED_BEHIND)) {
    if (!agree(local)) throw differs;
    return end;
  }
  const unsaid = local.crc === 0 && local.packed === 0 && local.size === 0;
  const length = [24, 20, 16, 12].find((one) => end + one <= directory && agree(descriptor(zip, end, one)));
  if ((!unsaid && !agree(local)) || length === undefined) throw differs;
  return end + length;
}

// Section 4.3.9: with or without its signature, numbers of 32 or of 64 bits.
function descriptor(zip, at, length) {
  const signed = length === 16 || length === 24;
  if (signed && zip.getUint32(at, true) !== DESCRIPTOR) return {};
  const place = signed ? at + 4 : at;
  const wide = length >= 20;
  return {
    crc: zip.getUint32(place, true),
    packed: wide ? whole(zip, place + 4) : zip.getUint32(place + 4, true),
    size: wide ? whole(zip, place + 12) : zip.getUint32(place + 8, true),
  };
}

function unpack(data, entry) {
  const packed = data.subarray(entry.data, entry.data + entry.packed);
  if (entry.method === STORED ? entry.packed !== entry.size : entry.size > mostInflated(entry.packed)) {
    throw new ZipFault(entry.name, `应为 ${entry.size} 字节，实为压缩数据装不下这么多`);
  }
  let bytes = packed;
  if (entry.method === DEFLATED) {
    try {
      bytes = inflate(packed, entry.size);
    } catch (fault) {
      if (fault instanceof InflateFault) throw new ZipFault(entry.name, fault.message);
      throw fault;
    }
  }
  if (crc32(bytes) !== entry.crc) throw new ZipFault(entry.name, "应为校验和（CRC-32）一致的内容，实为不一致：文件已损坏");
  return bytes;
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes) {
  let value = -1;
  for (let at = 0; at < bytes.length; at += 1) value = CRC_TABLE[(value ^ bytes[at]) & 255] ^ (value >>> 8);
  return ~value >>> 0;
}
