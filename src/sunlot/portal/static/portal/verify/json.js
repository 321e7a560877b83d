// JSON as the protocol's section Conventions has it: objects, arrays, strings, integers, booleans and null, keys in
// ASCII and each once, nested at most 16 deep; and its canonical form (RFC 8785).

const MOST_DEPTH = 16;
const MOST_MARKS = 8_000_000; // brackets, commas and colons, wherever they stand
const BLANK = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const LONE_SURROGATE = /\p{Surrogate}/u;
const ASCII = /^[\u0000-\u007f]*$/;

/** What is wrong with a JSON text, in words. */
export class JsonFault extends Error {}

/** The value of a JSON text, objects without prototype. Throws JsonFault. */
export function parse(text) {
  if (countMarks(text) > MOST_MARKS) throw new JsonFault(`应为合计不超过 ${MOST_MARKS} 个的括号、逗号和冒号，实为更多`);
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.skip(BLANK);
  if (reader.at < text.length) throw reader.fault("应为到此结束，实为还有别的内容");
  return value;
}

function countMarks(text) {
  let marks = 0;
  for (const mark of "[{,:") {
    for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) marks += 1;
  }
  return marks;
}

/** The canonical form of a value that `parse` gave, or that is made of the same. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  fault(words) {
    const line = this.text.slice(0, this.at).split("\n");
    return new JsonFault(`第 ${line.length} 行第 ${line[line.length - 1].length + 1} 字：${words}`);
  }

  skip(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found ? found[0] : null;
  }

  /** Whether this character comes next; then it is passed. */
  takes(character) {
    this.skip(BLANK);
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  demand(character) {
    if (!this.takes(character)) throw this.fault(`应为 ${character}`);
  }

  value(depth) {
    this.skip(BLANK);
    const first = this.text[this.at];
    if (first === "{" || first === "[") {
      if (depth === MOST_DEPTH) throw this.fault(`应为至多 ${MOST_DEPTH} 层的嵌套，实为更深`);
      return first === "{" ? this.object(depth + 1) : this.array(depth + 1);
    }
    if (first === '"') return this.string();
    for (const [word, meaning] of [["true", true], ["false", false], ["null", null]]) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return meaning;
      }
    }
    return this.integer();
  }

  integer() {
    const digits = this.skip(NUMBER);
    if (digits === null) throw this.fault("应为一个 JSON 值");
    if (/[.eE]/.test(digits)) throw this.fault("应为不带小数和指数的整数");
    if (digits === "-0") throw this.fault("应为不写作 -0 的整数");
    if (digits.length > 17 || !Number.isSafeInteger(Number(digits))) throw this.fault("应为绝对值小于 2^53 的整数");
    return Number(digits);
  }

  string() {
    this.at += 1;
    let text = this.skip(PLAIN);
    let escaped = false;
    while (this.text[this.at] === "\\") {
      text += this.escape() + this.skip(PLAIN);
      escaped = true;
    }
    if (this.text[this.at] !== '"') throw this.fault("应为字符串的结尾");
    this.at += 1;
    if (escaped && LONE_SURROGATE.test(text)) throw this.fault("应为成对的代理项，实为单个");
    return text;
  }

  escape() {
    const letter = this.text[this.at + 1];
    const digits = this.text.slice(this.at + 2, this.at + 6);
    if (letter === "u" && /^[0-9a-fA-F]{4}$/.test(digits)) {
      this.at += 6;
      return String.fromCharCode(parseInt(digits, 16));
    }
    if (!Object.hasOwn(ESCAPES, letter ?? "")) throw this.fault("应为 JSON 的转义符");
    this.at += 2;
    return ESCAPES[letter];
  }

  array(depth) {
    const items = [];
    this.at += 1;
    if (this.takes("]")) return items;
    do items.push(this.value(depth)); while (this.takes(","));
    this.demand("]");
    return items;
  }

  object(depth) {
    const members = Object.create(null);
    this.at += 1;
    if (this.takes("}")) return members;
    do {
      this.skip(BLANK);
      if (this.text[this.at] !== '"') throw this.fault("应为成员名");
      const name = this.string();
      if (!ASCII.test(name)) throw this.fault("应为 ASCII 的成员名");
      if (name in members) throw this.fault("应为不重复的成员名，实为重复");
      this.demand(":");
      members[name] = this.value(depth);
    } while (this.takes(","));
    this.demand("}");
    return members;
  }
}
