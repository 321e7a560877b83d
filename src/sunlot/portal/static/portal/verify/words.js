// What the page says of steps and outcomes, in the words of the command `sunlot verify`.

import { code, el } from "./elements.js";
import { stratumLabel } from "./strata.js";
import { thousands } from "../../sunlot/js/text.js";

export const TITLES = {
  files: "文件", notice: "公告", commitments: "承诺与揭示", beacon: "信标", seed: "种子", objects: "抽中与候补对象",
  teams: "检查组", assignment: "对象分派", result: "结果文件", log: "日志", order: "先后次序",
};

export const OUTCOMES = { passed: ["done", "通过"], failed: ["late", "不符"], skipped: ["off", "略过"] };

/** What it means that a step failed. */
export const FAILURES = {
  files: "有文件缺少、被改过，或者格式不对。",
  notice: "公告不合规程，这样的抽取本来不应当进行。",
  commitments: "有一方公开的密数不是它事先承诺的那个。",
  beacon: "信标的值不合公告的约定。",
  seed: "公布的种子不是由公告、密数和信标算出来的。",
  objects: "公布的抽中名单或候补名单与重算的不同。",
  teams: "公布的检查组或候补人员与重算的不同。",
  assignment: "公布的分派与重算的不同。",
  result: "结果文件多了或少了内容，或者不属于这份公告。",
  log: "日志证明不成立，或者所记与核验包不同。",
  order: "先后次序不对：可能先有了随机数，后定的名单。",
};

/** The verdict on a report: its class, its head and what it means. */
export function verdict({ verified, reproduced, steps }) {
  if (verified) {
    return ["verified", "验证通过", "按公告、名录和各方揭示的数重新抽取，结果完全一致，且日志证明名录在先。"];
  }
  if (reproduced && steps.some(({ outcome }) => outcome === "failed")) {
    return ["failed", "验证不通过", "结果可以重现，但日志与核验包不符。"];
  }
  if (reproduced) {
    return ["reproduced", "结果可以重现", "重新抽取的结果完全一致，但没有核对日志，不能证明名录在先。"];
  }
  return ["failed", "验证不通过", "逐条原因列在不符的步骤下面。把这份核验包保存好，连同本页的结论告诉抽取单位和纪检监督。"];
}

const HASHES = { sha256: "SHA-256", sm3: "国密 SM3" };

/** What a step that passed found in this bundle; null where there is nothing to add. */
export function detail(step, told) {
  const say = DETAILS[step];
  return say && told && (told.draw || !DRAWN.has(step)) ? say(told) : null;
}

const DRAWN = new Set(["seed", "objects", "teams", "assignment"]);

const DETAILS = {
  files: ({ counts }) => `候选对象 ${thousands(counts.objects)} 户，检查人员 ${thousands(counts.inspectors)} 人，回避 ${thousands(counts.avoid)} 对。`,
  notice: ({ hash }) => `摘要算法 ${HASHES[hash]}。`,
  commitments: ({ contributors }) => `${contributors.length} 方：${contributors.map(({ id, role }) => `${role}（${id}）`).join("、")}。`,
  beacon: ({ beacon, value }) => {
    if (beacon === null) return "本次没有信标。";
    return beacon === "dice" ? el("span", {}, `骰子 ${value.length} 次：`, code(value)) : `彩票号码：${value}。`;
  },
  seed: ({ draw }) => code(draw.seed),
  objects: ({ draw }) => draw.strata.map(({ id, drawn, reserve }) => (
    `${stratumLabel(id)}抽中 ${thousands(drawn)} 户、候补 ${thousands(reserve)} 户`
  )).join("；") + "。",
  teams: ({ draw }) => `${thousands(draw.teams)} 组，共 ${thousands(draw.members)} 人。`,
  assignment: ({ draw }) => {
    const drawn = draw.strata.reduce((sum, one) => sum + one.drawn, 0);
    const left = draw.unassigned ? `；${thousands(draw.unassigned)} 户因回避没有可派的组，须补充抽取检查组` : "";
    return `${thousands(drawn - draw.unassigned)} 户已分到组${left}。`;
  },
  log: ({ checkpoint }) => (checkpoint ? `检查点共含 ${thousands(checkpoint.size)} 条，签名有效。` : null),
};
