// `verify`: the bundle alone, step by step, each with what was itself computed and never with what the result claims.

import { Draw } from "./draw.js";
import { Facts } from "./facts.js";
import { checkFeasible } from "./feasible.js";
import { readFiles } from "./files.js";
import { digest } from "../../sunlot/js/hashing.js";
import { checkLog, checkOrder } from "./log.js";
import { beaconFault, checkNotice, hashOf } from "./notice.js";
import { remarksOn } from "./remarks.js";
import { checkResult, memberOf } from "./result.js";
import { isRecord } from "./shapes.js";
import { Outcomes } from "./steps.js";
import { isDigest, show } from "../../sunlot/js/text.js";
import { commitment } from "./tickets.js";

/**
 * Verify a bundle. `source` is `{zip: bytes}` or `{files: [{name, bytes}]}`; `key` the log's, of `readKey`, or null;
 * `progress(step, done, all)` is called as it goes on. Returns the report that `sunlot verify --json` prints, with the
 * draw as it was computed here (null where it could not be) and what was read. Throws TooLarge.
 */
export function verify(source, { key = null, mostUnpacked, progress = () => {} } = {}) {
  const outcomes = new Outcomes();
  const found = { notice: undefined, noticeDigest: null, result: undefined, resultDigest: null, facts: null, draw: null };

  progress("files", 0, 0); // 1
  const read = outcomes.run("files", (tell) => readFiles(source, mostUnpacked, tell, (name) => progress("files", 0, 0, name)));
  if (outcomes.has("files", "passed")) {
    const hash = hashOf(read.notice.value);
    found.notice = read.notice.value;
    found.result = read.result.value;
    found.noticeDigest = hash && digest(hash, read.notice.bytes);
    found.resultDigest = hash && digest(hash, read.result.bytes);
  }
  progress("notice", 0, 0); // 2
  outcomes.run("notice", (tell) => {
    if (!checkNotice(found.notice, tell)) return;
    found.facts = new Facts(read.rosters);
    checkFeasible(found.notice, found.facts, tell);
  });
  outcomes.run("commitments", (tell) => checkReveals(found, tell)); // 3
  outcomes.run("beacon", (tell) => { // 4
    const fault = beaconFault(found.notice.beacon, memberOf(found.result, "beacon"));
    if (fault) tell("result.json beacon", fault);
  });
  compareDraw(outcomes, found, progress); // 5 to 8
  outcomes.run("result", (tell) => checkWhole(found, tell)); // 9
  const log = read?.log && key ? outcomes.run("log", (tell) => checkLog(read.log, key, found, prefixed(tell, "log.json"))) : null; // 10
  if (log) outcomes.run("order", (tell) => checkOrder(log, found.notice, prefixed(tell, "log.json"))); // 11
  const remarks = outcomes.has("notice", "passed") ? remarksOn(found, { log: Boolean(read.log), key: Boolean(key) }) : [];
  return { report: { ...outcomes.report(), remarks }, ...found, checkpoint: log?.checkpoint ?? null };
}

const prefixed = (tell, file) => (place, words) => tell(place ? `${file} ${place}` : file, words);

function checkReveals({ notice, result }, tell) {
  const reveals = memberOf(result, "reveals");
  if (!Array.isArray(reveals) || reveals.length !== notice.contributors.length) {
    tell("result.json reveals", `应为 ${notice.contributors.length} 个参与方的密数，实为${show(reveals)}`);
    return;
  }
  notice.contributors.forEach(({ id, commitment: committed }, n) => {
    const place = `result.json reveals[${n}]`;
    const { contributor, nonce } = isRecord(reveals[n]) ? reveals[n] : {};
    if (contributor !== id) tell(`${place}.contributor`, `应为 ${id}，实为${show(contributor)}`);
    else if (!isDigest(nonce)) tell(`${place}.nonce`, `应为 64 位小写十六进制的密数，实为${show(nonce)}`);
    else if (commitment(notice.hash, notice, id, nonce) !== committed) {
      tell(`${place}.nonce`, `应为 ${id} 所承诺的密数（承诺 ${committed}），实为另一个数`);
    }
  });
}

function compareDraw(outcomes, found, progress) {
  const { notice, result, facts } = found;
  const expected = () => found.draw.result;
  outcomes.run("seed", (tell) => { // 5
    found.draw = new Draw(notice, found.noticeDigest, facts, result.reveals, result.beacon);
    found.draw.run((done, all) => progress("objects", done, all));
    const seed = memberOf(result, "seed");
    if (seed !== found.draw.seed) tell("result.json seed", `应为 ${found.draw.seed}，实为${show(seed)}`);
  });
  outcomes.run("objects", (tell) => compare(expected().objects, memberOf(result, "objects"), "objects", tell)); // 6
  outcomes.run("teams", (tell) => { // 7
    const teams = expected().teams.map(({ id, zone, members }) => ({ id, zone, members }));
    compare(teams, memberOf(result, "teams"), "teams", tell);
    compare(expected().inspector_reserve, memberOf(result, "inspector_reserve"), "inspector_reserve", tell);
  });
  outcomes.run("assignment", (tell) => { // 8
    compare(expected().teams.map(({ objects }) => ({ objects })), memberOf(result, "teams"), "teams", tell);
    compare(expected().unassigned, memberOf(result, "unassigned"), "unassigned", tell);
  });
}

/** Tell where a value differs from what is expected; members that are not expected are of no account here. */
function compare(expected, found, place, tell) {
  if (Array.isArray(expected)) {
    if (!Array.isArray(found)) {
      tell(`result.json ${place}`, `应为数组，实为${show(found)}`);
      return;
    }
    if (found.length !== expected.length) tell(`result.json ${place}`, `应为 ${expected.length} 项，实为 ${found.length} 项`);
    expected.slice(0, found.length).forEach((item, n) => compare(item, found[n], `${place}[${n}]`, tell));
  } else if (isRecord(expected)) {
    const members = isRecord(found) ? found : {};
    for (const [name, value] of Object.entries(expected)) compare(value, members[name], `${place}.${name}`, tell);
  } else if (found !== expected) {
    tell(`result.json ${place}`, `应为 ${expected}，实为${show(found)}`);
  }
}

function checkWhole({ result, noticeDigest }, tell) {
  const told = (place, words) => tell(place ? `result.json ${place}` : "result.json", words);
  checkResult(result, told);
  if (noticeDigest === null) told("notice", "应为公告的摘要，公告的 hash 却不是规程所知的算法");
  else if (typeof memberOf(result, "notice") === "string" && result.notice !== noticeDigest) {
    told("notice", `应为公告的摘要 ${noticeDigest}，实为${show(result.notice)}`);
  }
}
