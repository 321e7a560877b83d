// The three rosters (section Files): strict CSV, read once from its bytes. Only the places of the fields are kept.

import { IDENTIFIER, isPlainText, show, textOf, utf8 } from "../../sunlot/js/text.js";

const [LF, CR, QUOTE, COMMA, STAR] = [10, 13, 34, 44, 42];
const MOST_TOLD = 20; // faulty lines told of one file
const MOST_TICKETS = 1000;

// What a column holds, how it is called where it is wrong, and which bytes it is made of.
const ID = { expected: "编号（字母、数字开头，只含字母、数字和 . _ -，至多 64 个）", holds: (field) => IDENTIFIER.test(field) };
const ZONE = { expected: `* 或${ID.expected}`, holds: (field) => field === "*" || IDENTIFIER.test(field) };
const TICKETS = { expected: `1 至 ${MOST_TICKETS} 的整数`, holds: (field) => /^[1-9][0-9]{0,2}$|^1000$/.test(field) };
const NAME = { expected: "不空且不含控制字符、零宽字符的文字", holds: isPlainText };

/** The rosters by name: their columns in order, and how many of them order the rows. */
export const TABLES = {
  objects: { columns: { id: ID, stratum: ID, zone: ID, tickets: TICKETS, name: NAME }, keys: 1 },
  inspectors: { columns: { id: ID, department: ID, zone: ZONE }, keys: 1 },
  avoid: { columns: { inspector: ID, object: ID }, keys: 2 },
};

const START_OF_ID = 1;
const IN_ID = 2;
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return /[0-9A-Za-z]/.test(character) ? START_OF_ID | IN_ID : /[._-]/.test(character) ? IN_ID : 0;
});

/** A roster: `field(row, column)` for its text, `starts` and `ends` for the place of a field in `bytes`. */
export class Roster {
  constructor(name, parts) {
    this.name = name;
    this.columns = Object.keys(TABLES[name].columns);
    this.width = this.columns.length;
    this.bytes = parts.length === 1 ? parts[0] : joined(parts);
    this.fields = new Uint32Array(countLines(this.bytes) * this.width + 1); // where each field begins
    this.count = 0;
  }

  start(row, column) {
    return this.fields[row * this.width + column];
  }

  /** Behind the last byte: fields are parted by one comma, or by one LF. Not for the last field of a part. */
  end(row, column) {
    return column + 1 < this.width ? this.start(row, column + 1) - 1 : this.bytes.indexOf(LF, this.start(row, column));
  }

  field(row, column) {
    const text = textOf(this.bytes.subarray(this.start(row, column), this.end(row, column)));
    return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
  }
}

function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function countLines(bytes) {
  let lines = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines += 1;
  return lines;
}

/**
 * Read the parts of a roster, `[{file, bytes}]` in order. What is wrong is told as `tell(file and line, words)`;
 * the roster is of use only where nothing was told.
 */
export function readRoster(name, parts, tell) {
  const roster = new Roster(name, parts.map((part) => part.bytes));
  let at = 0;
  for (const part of parts) {
    const end = at + part.bytes.length;
    const rows = readPart(roster, part.file, at, end, tell);
    if (rows === 0 && parts.length > 1) tell(part.file, "应为至少一行（名录分成几个文件时），实为只有表头");
    at = end;
  }
  return roster;
}

function readPart(roster, file, from, end, tell) {
  const { bytes } = roster;
  let faults = 0;
  const wrong = (line, words) => {
    faults += 1;
    if (faults <= MOST_TOLD) tell(`${file} 第 ${line} 行`, words);
  };
  const header = utf8(`${roster.columns.join(",")}\n`);
  if (!header.every((byte, n) => bytes[from + n] === byte) || from + header.length > end) {
    wrong(1, headerFault(bytes.subarray(from, end), roster.columns.join(",")));
    return -1;
  }
  const scan = SCANNERS[roster.name];
  let [at, line, rows] = [from + header.length, 1, 0];
  while (at < end) {
    line += 1;
    const next = scan(roster, at, end);
    if (next > 0) {
      const disorder = orderFault(roster);
      if (disorder) wrong(line, disorder);
      roster.count += 1;
      rows += 1;
      at = next;
    } else {
      const lineEnd = bytes.subarray(at, end).indexOf(LF);
      wrong(line, lineFault(roster, bytes.subarray(at, lineEnd < 0 ? end : at + lineEnd), lineEnd < 0));
      at = lineEnd < 0 ? end : at + lineEnd + 1;
    }
  }
  return faults > 0 ? -1 : rows;
}

/* ---- one row, fast: where the next begins, or 0 where something is wrong ---------------------------------------- */

const SCANNERS = {
  objects(roster, at, end) {
    const { bytes } = roster;
    let next = identifier(roster, at, 0, COMMA);
    if (next > 0) next = identifier(roster, next, 1, COMMA);
    if (next > 0) next = identifier(roster, next, 2, COMMA);
    if (next > 0) next = ticketCount(roster, next, 3);
    if (next === 0) return 0;
    roster.fields[roster.count * 5 + 4] = next;
    return bytes[next] === QUOTE ? quoted(bytes, next, end) : plain(bytes, next, end);
  },

  inspectors(roster, at) {
    let next = identifier(roster, at, 0, COMMA);
    if (next > 0) next = identifier(roster, next, 1, COMMA);
    if (next === 0) return 0;
    if (roster.bytes[next] === STAR && roster.bytes[next + 1] === LF) {
      roster.fields[roster.count * 3 + 2] = next;
      return next + 2;
    }
    return identifier(roster, next, 2, LF);
  },

  avoid(roster, at) {
    const next = identifier(roster, at, 0, COMMA);
    return next > 0 ? identifier(roster, next, 1, LF) : 0;
  },
};

/** An identifier up to `behind`: where the next field begins, or 0. Behind the buffer's end stands nothing (undefined). */
function identifier(roster, at, column, behind) {
  const { bytes } = roster;
  if (!(KINDS[bytes[at]] & START_OF_ID)) return 0;
  let end = at + 1;
  while (KINDS[bytes[end]] & IN_ID) end += 1;
  if (bytes[end] !== behind || end - at > 64) return 0;
  roster.fields[roster.count * roster.width + column] = at;
  return end + 1;
}

function ticketCount(roster, at, column) {
  const { bytes } = roster;
  let [end, value] = [at, 0];
  while (bytes[end] >= 48 && bytes[end] <= 57 && end - at < 4) value = 10 * value + bytes[end++] - 48;
  if (bytes[end] !== COMMA || bytes[at] === 48 || value < 1 || value > MOST_TICKETS) return 0;
  roster.fields[roster.count * roster.width + column] = at;
  return end + 1;
}

/** Plain text without comma and quote up to LF. */
function plain(bytes, from, end) {
  let at = from;
  while (at < end) {
    const byte = bytes[at];
    if (byte === LF) return at > from ? at + 1 : 0;
    if (byte < 0x20 || byte === 0x7f || byte === COMMA || byte === QUOTE) return 0;
    at = byte < 0x80 ? at + 1 : character(bytes, at);
    if (at === 0) return 0;
  }
  return 0;
}

/** Plain text in quotes, in which quotes are doubled, up to LF; it must hold a comma or a quote. */
function quoted(bytes, from, end) {
  let at = from + 1;
  let needed = false;
  while (at < end) {
    const byte = bytes[at];
    if (byte === QUOTE && bytes[at + 1] !== QUOTE) return needed && bytes[at + 1] === LF && at + 1 < end ? at + 2 : 0;
    if (byte < 0x20 || byte === 0x7f) return 0;
    if (byte === QUOTE || byte === COMMA) needed = true;
    at = byte === QUOTE ? at + 2 : byte < 0x80 ? at + 1 : character(bytes, at);
    if (at === 0) return 0;
  }
  return 0;
}

/** Behind the UTF-8 sequence that begins here (RFC 3629), or 0 where it is none or no plain text. */
function character(bytes, at) {
  const lead = bytes[at];
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  let code = lead & (0xff >> (length + 1));
  for (let n = 1; n < length; n += 1) {
    if ((bytes[at + n] & 0xc0) !== 0x80) return 0;
    code = (code << 6) | (bytes[at + n] & 0x3f);
  }
  const shortest = length === 4 ? 0x10000 : length === 3 ? 0x800 : 0x80;
  if (code < shortest || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return 0;
  if (code < 0xa0 || code === 0xfeff) return 0;
  if (code >= 0x200b && code <= 0x2069 && !isPlainText(String.fromCharCode(code))) return 0;
  return at + length;
}

/** Why the row just read does not follow the one before it, or null. */
function orderFault(roster) {
  if (roster.count === 0) return null;
  const { bytes, width, count, fields } = roster;
  const { keys } = TABLES[roster.name];
  for (let column = 0; column < keys; column += 1) {
    const order = compare(bytes, fields[(count - 1) * width + column], fields[count * width + column]);
    if (order < 0) return null;
    if (order > 0) return `应为大于上一行的编号（按升序排列），实为“${keyOf(roster)}”`;
  }
  return `应为大于上一行的编号（不重复），实为又是“${keyOf(roster)}”`;
}

/** Compare two identifiers in place by their bytes; what follows them is a comma or an LF, lower than any of them. */
function compare(bytes, one, other) {
  for (let n = 0; ; n += 1) {
    const mine = KINDS[bytes[one + n]] ? bytes[one + n] : 0;
    const theirs = KINDS[bytes[other + n]] ? bytes[other + n] : 0;
    if (mine !== theirs) return mine - theirs;
    if (mine === 0) return 0;
  }
}

function keyOf(roster) {
  const { keys } = TABLES[roster.name];
  return Array.from({ length: keys }, (_, column) => roster.field(roster.count, column)).join(",");
}

/* ---- what is wrong, told slowly ----------------------------------------------------------------------------------- */

function headerFault(bytes, header) {
  if (bytes.length === 0) return `应为表头 ${header}，实为空文件`;
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return `应为表头 ${header}，实为文件以 BOM 开头`;
  const end = bytes.indexOf(LF);
  const text = textOf(bytes.subarray(0, end < 0 ? Math.min(bytes.length, 400) : end));
  return `应为表头 ${header}（以 LF 结束），实为${text === null ? "不是 UTF-8 的字节" : show(text)}`;
}

function lineFault(roster, bytes, unended) {
  if (unended) return "应为最后一行以换行（LF）结束，实为没有换行";
  if (bytes[bytes.length - 1] === CR) return "应为以 LF 结束的行，实为以 CRLF 结束";
  const line = textOf(bytes);
  if (line === null) return "应为不带 BOM 的 UTF-8 编码，实为不是";
  const fields = split(line);
  if (fields === null) return `应为正确使用引号的字段，实为${show(line)}`;
  if (fields.length !== roster.width) {
    return `应为 ${roster.width} 列（${roster.columns.join("、")}），实为 ${fields.length} 列`;
  }
  const shapes = Object.values(TABLES[roster.name].columns);
  for (const [column, field] of fields.entries()) {
    const value = field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
    if (!shapes[column].holds(value)) return `${roster.columns[column]} 列：应为${shapes[column].expected}，实为${show(value)}`;
    if (value !== field && !/[",]/.test(value)) {
      return `${roster.columns[column]} 列：应为不带引号（不含逗号、引号的字段），实为带引号的${show(value)}`;
    }
  }
  return `应为规程所定的一行，实为${show(line)}`;
}

/** The fields of a line as they stand, with their quotes; null where quotes are not closed or stand elsewhere. */
function split(line) {
  const pattern = /("(?:[^"]|"")*"|[^",]*)(,|$)/y;
  const fields = [];
  for (;;) {
    const found = pattern.exec(line);
    if (!found) return null;
    fields.push(found[1]);
    if (found[2] === "") return fields;
  }
}
