// What codes of departments and zones stand for, as the notice's member `names` says: for people alone, beside the code.

import { isRecord } from "./shapes.js";
import { isIdentifier, isPlainText } from "../../sunlot/js/text.js";

const MOST_NAMES = 10_000;
const LONGEST = 200;
const NONE = { departments: {}, zones: {} };

const isName = (name) => isPlainText(name) && [...name].length <= LONGEST;

const isSound = (part) => isRecord(part) && Object.keys(part).length <= MOST_NAMES
  && Object.entries(part).every(([code, name]) => isIdentifier(code) && isName(name));

/** Whether the notice's `names` is of its shape; any other is like a member that the protocol does not know. */
export function hasNames({ names }) {
  if (!isRecord(names) || Object.keys(names).some((part) => !Object.hasOwn(NONE, part))) return false;
  return Object.values(names).every(isSound);
}

/** The names in a notice; none where it has none. */
export const namesOf = (notice) => (hasNames(notice) ? { ...NONE, ...notice.names } : NONE);

/** “海勃湾区（150302）”; the code where there is no name. */
export const zoneName = ({ zones }, code) => (Object.hasOwn(zones, code) ? `${zones[code]}（${code}）` : code);

/** “乌海市住房和城乡建设局·燃气（zjj.gas）”; “zjj 部门” where there is no name. */
export const departmentName = ({ departments }, code) => (
  Object.hasOwn(departments, code) ? `${departments[code]}（${code}）` : `${code} 部门`
);
