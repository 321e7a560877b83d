// What a reader of a draw should know although it is no fault (section The bundle).

import { departmentName, namesOf, zoneName } from "./names.js";
import { unknownMembers } from "./notice.js";
import { memberOf } from "./result.js";
import { seen, show } from "../../sunlot/js/text.js";

const MOST_NAMED = 8;

/** The remarks on a bundle whose notice is valid. `has` says whether there is a log and whether a key was given. */
export function remarksOn(found, has) {
  const { notice, result, facts, draw } = found;
  const remarks = notice.previous.map(({ contributors, reason, notice: digest }, n) => {
    const who = contributors.length ? `未揭示的参与方：${contributors.join("、")}，` : "";
    return `第 ${n + 1} 次抽取已中止，${who}原因：${reason}（公告摘要 ${digest}）。`;
  });
  const unknown = unknownMembers(notice);
  if (unknown.length) remarks.push(`公告中有规程未规定的成员，与抽取无关：${named(unknown.map(seen))}。`);
  remarks.push(...onChance(notice, facts), ...onTickets(notice, facts), ...onAvoidance(notice, facts));
  if (draw && draw.unassigned.length > 0) {
    remarks.push(`${draw.unassigned.length} 个抽中对象因回避没有可派的检查组，须补充抽取检查组：${named(draw.unassigned)}。`);
  }
  remarks.push(...onBeacon(notice, memberOf(result, "beacon")));
  if (notice.supplements) remarks.push(`本次为补充抽取，为摘要为 ${notice.supplements} 的公告中未派出的对象另组检查组。`);
  if (has.log && !has.key) remarks.push("核验包里有日志证明，没有给出日志的公钥，日志和先后次序两步因此略过。");
  if (has.key && !has.log) remarks.push("给出了日志的公钥，核验包里却没有日志证明，日志和先后次序两步因此略过。");
  return remarks;
}

const named = (names) => names.slice(0, MOST_NAMED).join("、") + (names.length > MOST_NAMED ? ` 等 ${names.length} 个` : "");

function onChance(notice, facts) {
  const [candidates, names] = [facts.strata.counts(), namesOf(notice)];
  const strata = notice.objects.strata.flatMap(({ id, quota }) => {
    if (quota === candidates.get(id)) return [`${id} 层的 ${quota} 个候选对象全部抽中，没有随机可言。`];
    return quota === 0 ? [`${id} 层的 ${candidates.get(id)} 个候选对象一个也不抽，没有随机可言。`] : [];
  });
  const pools = notice.teams.flatMap(({ zone, count, seats }) => seats.flatMap(({ department, count: seat }) => {
    const own = facts.homeCount(department, zone);
    const alone = own === count * seat && facts.homeCount(department, "*") === 0;
    return alone ? [`${zoneName(names, zone)} 的 ${departmentName(names, department)} ${own} 名检查人员全部选派，人选没有随机可言。`] : [];
  }));
  return [...strata, ...pools];
}

function onTickets(notice, facts) {
  return notice.objects.strata.flatMap(({ id }) => {
    let [fewest, most] = [Infinity, 0];
    for (const row of facts.strata.rowsOf(id)) {
      fewest = Math.min(fewest, facts.tickets[row]);
      most = Math.max(most, facts.tickets[row]);
    }
    return fewest < most ? [`${id} 层的签数不等：候选对象各持 ${fewest} 至 ${most} 签。`] : [];
  });
}

function onAvoidance(notice, facts) {
  const seatsOf = new Map(notice.teams.map(({ zone, seats }) => [zone, seats]));
  const [half, names] = [[], namesOf(notice)];
  for (const object of [...facts.avoided.keys()].sort((one, other) => one - other)) {
    const zone = facts.objectZone(object);
    for (const { department } of seatsOf.get(zone)) {
      const [serving, avoided] = [facts.serving(department, zone), facts.avoidedOf(object, department, zone)];
      if (2 * avoided >= serving) half.push(`${facts.objectId(object)}（${departmentName(names, department)} ${serving} 人中的 ${avoided} 人）`);
    }
  }
  return half.length ? [`${half.length} 处回避涉及一个部门可派人员的半数以上：${named(half)}。`] : [];
}

function onBeacon({ beacon }, value) {
  if (beacon === null) return ["本次没有信标：随机只来自各参与方的数，全体参与方串通时可以操纵。"];
  if (beacon.kind !== "lottery") return [];
  return [
    `请与${seen(beacon.name)}第 ${seen(beacon.issue)} 期公布的开奖日期、号码核对，本材料所用为${show(value)}；号码应在 ${beacon.not_before} 以后产生。`,
  ];
}
