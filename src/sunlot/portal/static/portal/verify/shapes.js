// What a JSON value must look like: members at every level and their types, each fault told with its place.

import { instant, isDigest, isIdentifier, isPlainText, show } from "../../sunlot/js/text.js";

const leaf = (expected, holds) => ({ expected, holds });

export const IDENTIFIER = leaf("编号（字母、数字开头，只含字母、数字和 . _ -，至多 64 个）", isIdentifier);
export const DIGEST = leaf("摘要（64 位小写十六进制）", isDigest);
export const PLAIN_TEXT = leaf("不空且不含控制字符、零宽字符的文字", isPlainText);
export const TEXT = leaf("文字", (value) => typeof value === "string");
export const TIME = leaf("时间（如 2026-11-23T09:30:00+08:00）", (value) => instant(value) !== null);

/** The integers from `low` to `high`; a boolean is none. */
export function integer(low, high = Number.MAX_SAFE_INTEGER) {
  const words = high === Number.MAX_SAFE_INTEGER ? `不小于 ${low} 的整数` : `${low} 至 ${high} 的整数`;
  return leaf(words, (value) => Number.isInteger(value) && value >= low && value <= high);
}

/** One of these values. */
export const oneOf = (...values) => leaf(values.map(show).join("或"), (value) => values.includes(value));

export const orNull = (shape) => ({ orNull: shape });

export const listOf = (shape, least = 0) => ({ list: shape, least });

/** Exactly these members; with `open`, others too. */
export const record = (members, open = false) => ({ members, open });

/** What is told of `value` at `place` where it is not of this shape; `tell` takes place and words. */
export function check(shape, value, place, tell) {
  if (shape.orNull) {
    if (value !== null) check(shape.orNull, value, place, tell);
  } else if (shape.list) {
    checkList(shape, value, place, tell);
  } else if (shape.members) {
    checkRecord(shape, value, place, tell);
  } else if (!shape.holds(value)) {
    tell(place, `应为${shape.expected}，实为${show(value)}`);
  }
}

function checkList({ list, least }, value, place, tell) {
  if (!Array.isArray(value)) tell(place, `应为数组，实为${show(value)}`);
  else if (value.length < least) tell(place, `应为至少 ${least} 项，实为${show(value)}`);
  else value.forEach((item, at) => check(list, item, `${place}[${at}]`, tell));
}

function checkRecord({ members, open }, value, place, tell) {
  if (!isRecord(value)) {
    tell(place, `应为对象，实为${show(value)}`);
    return;
  }
  const inside = (name) => (place ? `${place}.${name}` : name);
  for (const [name, shape] of Object.entries(members)) check(shape, value[name], inside(name), tell);
  for (const name of Object.keys(value)) {
    if (!open && !Object.hasOwn(members, name)) tell(inside(name), `应为没有这个成员，实为${show(value[name])}`);
  }
}

/** Whether a value is a JSON object. */
export const isRecord = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
