// When a notice is valid by itself (section notice.json): rules 1, 2, 8 and 9. The rules that need rosters: feasible.js.

import {
  check, DIGEST, IDENTIFIER, integer, isRecord, listOf, oneOf, orNull, PLAIN_TEXT, record, TIME,
} from "./shapes.js";
import { hasNames } from "./names.js";
import { instant, isBefore, show } from "../../sunlot/js/text.js";

export const PROTOCOL = "sunlot-draw/1";
export const HASHES = ["sha256", "sm3"];
export const MOST_PARTS = 9999;
const FEWEST_OUTCOMES = 10n ** 7n;

const ROSTER = { parts: listOf(DIGEST, 1), count: integer(0) };
const SEAT = record({ department: IDENTIFIER, count: integer(1, 50) });
const DICE = record({ kind: oneOf("dice"), rolls: integer(20, 1000) });
const POOL = {
  expected: "两个整数：取几个、共几个（1 至 99，前者不大于后者）",
  holds: (pool) => Array.isArray(pool) && pool.length === 2 && pool.every((one) => Number.isInteger(one))
    && pool[0] >= 1 && pool[0] <= pool[1] && pool[1] <= 99,
};
const LOTTERY = record({
  kind: oneOf("lottery"), name: PLAIN_TEXT, issue: PLAIN_TEXT, pools: listOf(POOL), not_before: TIME,
});

const NOTICE = record({
  protocol: oneOf(PROTOCOL),
  hash: oneOf(...HASHES),
  draw: IDENTIFIER,
  attempt: integer(1),
  previous: listOf(record({ notice: DIGEST, contributors: listOf(IDENTIFIER), reason: PLAIN_TEXT })),
  title: PLAIN_TEXT,
  authority: PLAIN_TEXT,
  sealed_at: TIME,
  reveal_by: TIME,
  release: orNull(TIME),
  rules: DIGEST,
  supplements: orNull(DIGEST),
  objects: record({
    ...ROSTER, strata: listOf(record({ id: IDENTIFIER, quota: integer(0), reserve: integer(0) })),
  }),
  inspectors: record(ROSTER),
  avoid: record(ROSTER),
  teams: listOf(record({ zone: IDENTIFIER, count: integer(1, 1000), seats: listOf(SEAT, 1) })),
  contributors: listOf(record({ id: IDENTIFIER, role: PLAIN_TEXT, commitment: DIGEST })),
  beacon: { holds: () => true }, // its members follow from its kind
}, true);

/** The digests of a roster's parts that the notice names; none where it names them in no list. */
export function partsOf(notice, roster) {
  const named = isRecord(notice) && isRecord(notice[roster]) ? notice[roster].parts : null;
  return Array.isArray(named) ? named : [];
}

/** Top-level members that the protocol does not know. */
export const unknownMembers = (notice) => Object.keys(notice).filter(
  (name) => !Object.hasOwn(NOTICE.members, name) && !(name === "names" && hasNames(notice)),
);

/** Tell everything for which the notice alone is invalid, as `tell(place, words)`; returns whether its shape is right. */
export function checkNotice(notice, tell) {
  let sound = true;
  const note = (place, words) => {
    sound = false;
    tell(place ? `notice.json ${place}` : "notice.json", words);
  };
  check(NOTICE, notice, "", note);
  if (isRecord(notice)) checkBeaconShape(notice.beacon, note);
  if (!sound) return false;
  const told = (place, words) => tell(`notice.json ${place}`, words);
  checkTimes(notice, told);
  checkAttempts(notice, told);
  checkContributors(notice, told);
  if (notice.beacon?.kind === "lottery") checkLottery(notice, told);
  return true;
}

function checkBeaconShape(beacon, tell) {
  if (beacon === null) return;
  const kind = isRecord(beacon) ? beacon.kind : undefined;
  if (kind === "dice") check(DICE, beacon, "beacon", tell);
  else if (kind === "lottery") check(LOTTERY, beacon, "beacon", tell);
  else if (isRecord(beacon)) tell("beacon.kind", `应为“dice”或“lottery”，实为${show(kind)}`);
  else tell("beacon", `应为 null 或对象，实为${show(beacon)}`);
}

function checkTimes(notice, tell) {
  const sealed = instant(notice.sealed_at);
  for (const name of ["reveal_by", "release"]) {
    if (notice[name] !== null && !isBefore(sealed, instant(notice[name]))) {
      tell(name, `应为晚于 sealed_at 的时间，实为${show(notice[name])}`);
    }
  }
}

// Rule 2.
function checkAttempts({ attempt, previous, beacon, contributors }, tell) {
  if (previous.length !== attempt - 1) {
    tell("previous", `应为此前中止的 ${attempt - 1} 次公告，实为 ${previous.length} 次`);
  }
  tellTwice(previous.map((one) => one.notice), (digest) => tell("previous", `应为各不相同的摘要，实为 ${digest} 出现两次`));
  if (attempt > 1 && beacon?.kind !== "lottery") tell("beacon", "应为彩票（第二次起信标须为彩票）");
  const failed = new Set(previous.flatMap((one) => one.contributors).map((id) => id.toLowerCase()));
  for (const { id } of contributors) {
    if (failed.has(id.toLowerCase())) tell("contributors", `应为不含此前未揭示的参与方（不分大小写），实为 ${id}`);
  }
}

// Rule 8, and of rule 3 what concerns contributors.
function checkContributors({ contributors }, tell) {
  const count = contributors.length;
  if (count < 2 || count > 50) tell("contributors", `应为 2 至 50 个参与方，实为 ${count} 个`);
  tellTwice(contributors.map((one) => one.id.toLowerCase()), (id) => tell("contributors", `应为各不相同（不分大小写）的编号，实为 ${id} 出现两次`));
  tellTwice(contributors.map((one) => one.commitment), (digest) => tell("contributors", `应为各不相同的承诺，实为 ${digest} 出现两次`));
}

/** Tell every value that has been there before. */
export function tellTwice(values, tell) {
  const met = new Set();
  for (const value of values) {
    if (met.has(value)) tell(value);
    met.add(value);
  }
}

// Rule 9: what the shape of a lottery leaves open.
function checkLottery({ beacon, reveal_by: revealBy }, tell) {
  if (outcomes(beacon.pools) < FEWEST_OUTCOMES) tell("beacon.pools", `应为合计不少于 ${FEWEST_OUTCOMES} 种可能`);
  if (isBefore(instant(beacon.not_before), instant(revealBy))) {
    tell("beacon.not_before", `应为不早于 reveal_by 的时间，实为${show(beacon.not_before)}`);
  }
}

// How many outcomes the pools have; counting stops when there are enough.
function outcomes(pools) {
  let product = 1n;
  for (const [drawn, held] of pools) {
    for (let n = 1; n <= drawn && product < FEWEST_OUTCOMES; n += 1) product = (product * BigInt(held - drawn + n)) / BigInt(n);
  }
  return product;
}

/** What is wrong with a beacon value that has the place and length asked for by the notice, or null. */
export function beaconFault(beacon, value) {
  if (beacon === null) return value === null || value === undefined ? null : `应为 null（公告没有信标），实为${show(value)}`;
  if (typeof value !== "string") return `应为信标的值，实为${show(value)}`;
  if (beacon.kind === "dice") {
    const right = value.length === beacon.rolls && /^[1-6]*$/.test(value);
    return right ? null : `应为 ${beacon.rolls} 位骰子点数（1–6），实为 ${value.length} 位${show(value)}`;
  }
  return lotteryFault(beacon.pools, value);
}

function lotteryFault(pools, value) {
  const numbers = value.split("-");
  const wanted = pools.reduce((sum, [drawn]) => sum + drawn, 0);
  if (!numbers.every((one) => /^[0-9]{2}$/.test(one)) || numbers.length !== wanted) {
    return `应为 ${wanted} 个两位号码，以 - 相连，实为${show(value)}`;
  }
  let at = 0;
  for (const [drawn, held] of pools) {
    const own = numbers.slice(at, at + drawn).map(Number);
    if (own.some((one, n) => one < 1 || one > held || (n > 0 && one <= own[n - 1]))) {
      return `应为每池 01–${String(held).padStart(2, "0")} 中各不相同、从小到大的号码，实为${show(value)}`;
    }
    at += drawn;
  }
  return null;
}

/** Whether the notice names a hash that the protocol knows. */
export const hashOf = (notice) => (isRecord(notice) && HASHES.includes(notice.hash) ? notice.hash : null);
