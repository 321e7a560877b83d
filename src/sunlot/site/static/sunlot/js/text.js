// The words of the protocol's section Conventions: identifiers, digests, plain text, times, and how a value is shown.

export const IDENTIFIER = /^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$/;
export const DIGEST = /^[0-9a-f]{64}$/;

const UNSEEN = "\\u0000-\\u001f\\u007f-\\u009f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2064\\u2066-\\u2069\\ufeff";
const HAS_UNSEEN = new RegExp(`[${UNSEEN}]`);
const EVERY_UNSEEN = new RegExp(`[${UNSEEN}]`, "g");

export const isIdentifier = (value) => typeof value === "string" && IDENTIFIER.test(value);
export const isDigest = (value) => typeof value === "string" && DIGEST.test(value);
export const isPlainText = (value) => typeof value === "string" && value !== "" && !HAS_UNSEEN.test(value);

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The UTF-8 bytes of a text. */
export const utf8 = (text) => encoder.encode(text);

/** The text of UTF-8 bytes; null where they are none, or begin with a byte order mark. */
export function textOf(bytes) {
  try {
    const text = decoder.decode(bytes);
    return text.startsWith("\ufeff") ? null : text;
  } catch {
    return null;
  }
}

/** Order by UTF-8 bytes of two ASCII texts, as `sort` wants it. */
export const byBytes = (one, other) => (one < other ? -1 : Number(one > other));

const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

/**
 * The instant of an RFC 3339 time as the protocol has it: whole seconds since 1970 and the digits behind the point
 * without zeros at their end. Null for anything else.
 */
export function instant(text) {
  const parts = typeof text === "string" ? TIME.exec(text) : null;
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number);
  const [offsetHour, offsetMinute] = [Number(parts[9] ?? 0), Number(parts[10] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const offset = (parts[8] === "-" ? -60 : 60) * (offsetHour * 60 + offsetMinute);
  const seconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset;
  return { seconds, fraction: (parts[7] ?? "").replace(/0+$/, "") };
}

/** Whether one instant lies before another. */
export function isBefore(one, other) {
  return one.seconds !== other.seconds ? one.seconds < other.seconds : one.fraction < other.fraction;
}

const SHOWN = 80; // characters of a foreign text that a message repeats

/** A foreign value as a message may repeat it: cut, and with nothing in it that can't be seen. */
export function show(value) {
  if (value === undefined) return "没有";
  if (value === "") return "空字符串";
  if (typeof value === "string") return `“${seen(value)}”`;
  if (Array.isArray(value)) return value.length ? `数组（${value.length} 项）` : "空数组";
  if (value !== null && typeof value === "object") return `对象（${Object.keys(value).length} 个成员）`;
  return String(value);
}

/** A foreign text without quotes: cut, and what can't be seen written as \uXXXX. */
export function seen(text) {
  const characters = Array.from(text.slice(0, 2 * SHOWN + 2));
  const cut = characters.length > SHOWN ? `${characters.slice(0, SHOWN).join("")}…` : text;
  const escaped = (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return cut.replace(EVERY_UNSEEN, escaped);
}

/** With a thin space by thousands. */
export const thousands = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u2009");
