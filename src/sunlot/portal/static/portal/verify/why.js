// “我被抽中了吗，为什么” as the page shows it: verdict, facts, the lines to compute by hand, and the dial.

import { dial } from "./dial.js";
import { code, command, el, facts } from "./elements.js";
import { departmentName, zoneName } from "./names.js";
import { stratumLabel } from "./strata.js";
import { thousands } from "../../sunlot/js/text.js";
import { turnOf } from "./tickets.js";

const MOST_LISTED = 200; // objects of a team
const OUTCOMES = { drawn: "被抽中", reserve: "是候补", rest: "没有被抽中" };

/** The explanation as elements: {words, figure}; `figure` is null where no ticket was drawn for. */
export function shown(why) {
  return { words: WORDS[why.kind](why), figure: why.drum ? dial(labelled(why), "why") : null };
}

function labelled({ kind, names, zone, department, dial: drawn }) {
  return kind === "inspector" ? { ...drawn, label: `${zoneName(names, zone)} 的 ${departmentName(names, department)}` } : drawn;
}

function objectWords(why) {
  const { candidates, rank, drawn, reserve } = why;
  const queue = `${stratumLabel(why.drum)} ${thousands(candidates)} 户按签号从小到大排队，它排第 ${thousands(rank)}；`
    + `前 ${thousands(drawn)} 户被抽取${reserve ? `，其后 ${thousands(reserve)} 户候补` : ""}。`;
  const held = why.tickets > 1 ? `${why.tickets} 支，取最小的一支（第 ${why.best} 支）` : "1 支";
  return [
    el("p", { class: "verdict" }, el("strong", {}, `${why.name} ${OUTCOMES[why.outcome]}`), el("br"), queue),
    facts([
      ["代码", code(why.id)],
      ["辖区", zoneName(why.names, why.zone)],
      ["持签", held],
      ["签号", code(why.ticket), place(why)],
      why.cut ? ["截止签", code(why.cut), "抽中的最后一户；签号不超过它即被抽中"] : null,
      why.lastReserve ? ["候补末签", code(why.lastReserve, 6)] : null,
      teamOf(why),
      why.turn ? ["分派", turnWords(why.turn, why.team.id), `本区抽中的 ${thousands(why.turn.objects)} 户按分派签号从小到大，轮流派给各组`] : null,
    ]),
    byHand(why),
    why.turn ? assignedByHand(why.turn) : null,
  ];
}

function turnWords({ place: number, round, turn, preferred, isClosed }, team) {
  const first = `排第 ${thousands(number)}，即第 ${thousands(round)} 轮第 ${thousands(turn)} 户，轮到 ${preferred}`;
  if (preferred === team) return `${first}，就派给它`;
  return isClosed ? `${first}；它与这一组的成员须回避，按次序改派 ${team}` : `${first}；为了让须回避的户有组可去，按规程让位，改派 ${team}`;
}

function assignedByHand({ preferred, round, commands }) {
  return el(
    "details",
    {},
    el("summary", {}, "分派自己算一遍"),
    el("p", { class: "hint" }, "这一户的分派签号："),
    command(commands.object),
    el("p", { class: "hint" }, `第 ${round} 轮里各组同样按签号排队，${preferred} 的签号：`),
    command(commands.team),
    el("p", { class: "hint" }, "分派的密钥由种子算出，取结果的前 32 位："),
    command(commands.key),
  );
}

function teamWords({ id, zone, teams, members, objects, names }) {
  const listed = objects.slice(0, MOST_LISTED).map(({ id: number, name }) => el("li", {}, `${name}　${number}`));
  const rest = objects.length - listed.length;
  return [
    el("p", { class: "verdict" }, el("strong", {}, `检查组 ${id}`), el("br"),
      `${zoneName(names, zone)} 的 ${thousands(teams)} 个组之一，${members.length} 人，检查 ${thousands(objects.length)} 户。每个部门抽中的人按签号从小到大，轮流进第 1 至第 ${thousands(teams)} 组。`),
    facts(members.map(({ inspector, department, rank, candidates, wanted, ticket, command: line }) => [
      inspector,
      [`${departmentName(names, department)} ${thousands(candidates)} 人中排第 ${thousands(rank)}，前 ${thousands(wanted)} 人被抽取`, el("br"), code(ticket), command(line)],
    ])),
    el("h3", {}, "检查的对象"),
    objects.length > 0 ? el("ul", { class: "log" }, listed) : el("p", {}, "没有分到对象。"),
    rest > 0 ? el("p", { class: "hint" }, `另有 ${thousands(rest)} 户，见 result.json。`) : null,
  ];
}

const place = ({ ticket }) => `在签盘上从正上方顺时针 ${(360 * turnOf(ticket)).toFixed(2)}°，即签号 ÷ 2²⁵⁶ = ${turnOf(ticket).toFixed(6)}`;

function teamOf({ team, isUnassigned, kind, names }) {
  if (isUnassigned) return ["检查组", "未分派：因回避没有可派的组，由补充抽取的检查组检查"];
  if (!team) return null;
  const people = team.members.map(({ inspector, department }) => `${inspector}（${departmentName(names, department)}）`).join("、");
  const objects = kind === "inspector" ? `，检查 ${thousands(team.objects.length)} 户` : "";
  return ["检查组", `${team.id}${objects}`, `成员：${people}`];
}

function byHand({ commands, tickets }) {
  return el(
    "details",
    { open: "" },
    el("summary", {}, "自己算一遍"),
    el("p", { class: "hint" }, "签号是“密钥＋代码”的摘要，任何电脑都能算："),
    command(commands.ticket),
    commands.all ? el("p", { class: "hint" }, `${tickets} 支签都算出来，最小的一支排在最前：`) : null,
    commands.all ? command(commands.all) : null,
    el("p", { class: "hint" }, "密钥由种子算出，取结果的前 32 位："),
    command(commands.key),
  );
}

function inspectorWords(why) {
  const { id, home, roaming, names } = why;
  const department = departmentName(names, why.department);
  const from = home === "*" ? "可到任何辖区" : zoneName(names, home);
  if (!why.drum) {
    return [
      el("p", { class: "verdict" }, el("strong", {}, `${id} 没有参加抽取`), el("br"), `这次抽取的检查组没有 ${department} 的席位。`),
      facts([["编号", el("code", {}, id)], ["部门", department], ["辖区", from]]),
    ];
  }
  const zone = zoneName(names, why.zone);
  const queue = `${zone} 的 ${department} ${thousands(why.candidates)} 人按签号从小到大排队，排第 ${thousands(why.rank)}；`
    + `前 ${thousands(why.drawn)} 人被抽取${why.reserve ? "，其余按次序候补" : ""}。`;
  const sent = roaming && `该部门可到任何辖区的 ${thousands(roaming.candidates)} 人先抽签定去处，排第 ${thousands(roaming.rank)}`;
  return [
    el("p", { class: "verdict" }, el("strong", {}, `${id} ${OUTCOMES[why.outcome]}`), el("br"), queue),
    facts([
      ["编号", el("code", {}, id)],
      ["部门", department],
      ["辖区", home === "*" ? `${from}，派往 ${zone}` : from, sent],
      roaming ? ["去处签", code(roaming.ticket)] : null,
      ["签号", code(why.ticket), place(why)],
      ["截止签", code(why.cut), "抽中的最后一人；签号不超过它即被抽中"],
      teamOf(why),
    ]),
    byHand(why),
    roaming ? el("p", { class: "hint" }, "去处签的算法：") : null,
    roaming ? command(roaming.command) : null,
  ];
}

const WORDS = { object: objectWords, inspector: inspectorWords, team: teamWords };
