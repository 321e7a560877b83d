// What result.json must look like (section result.json): its members at every level and their JSON types. Whether the
// values are right is for the steps that compute them.

import { PROTOCOL } from "./notice.js";
import { check, isRecord, listOf, oneOf, orNull, record, TEXT } from "./shapes.js";

const TEXTS = listOf(TEXT);

const RESULT = record({
  protocol: oneOf(PROTOCOL),
  notice: TEXT,
  reveals: listOf(record({ contributor: TEXT, nonce: TEXT })),
  beacon: orNull(TEXT),
  seed: TEXT,
  objects: listOf(record({ stratum: TEXT, drawn: TEXTS, reserve: TEXTS })),
  teams: listOf(record({ id: TEXT, zone: TEXT, members: listOf(record({ department: TEXT, inspector: TEXT })), objects: TEXTS })),
  inspector_reserve: listOf(record({ zone: TEXT, department: TEXT, order: TEXTS })),
  unassigned: TEXTS,
});

/** Tell every member that is missing, too many or of a wrong type, as `tell(place, words)`. */
export const checkResult = (result, tell) => check(RESULT, result, "", tell);

/** A member of the result, or undefined where the result is no object. */
export const memberOf = (result, name) => (isRecord(result) ? result[name] : undefined);

/** A member that should be a list of objects; none where it is something else. */
export function listIn(result, name) {
  const value = memberOf(result, name);
  return Array.isArray(value) ? value : [];
}
