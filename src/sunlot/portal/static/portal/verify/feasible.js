// Whether a notice can be carried out with its rosters (section notice.json): rules 3 to 7.

import { tellTwice } from "./notice.js";

/** Tell everything for which the notice does not fit its rosters, as `tell(place, words)`. Its shape must be right. */
export function checkFeasible(notice, facts, tell) {
  checkRosters(notice, facts, tell);
  checkStrata(notice.objects.strata, facts, tell);
  checkTeams(notice.teams, facts, tell);
  checkPeople(notice.teams, facts, tell);
  checkAvoidance(notice.teams, facts, tell);
}

// Rule 3.
function checkRosters(notice, facts, tell) {
  for (const name of ["objects", "inspectors", "avoid"]) {
    const { count } = facts[name];
    if (notice[name].count !== count) {
      tell(`notice.json ${name}.count`, `应为名录的行数 ${count}，实为 ${notice[name].count}`);
    }
  }
  for (const [file, ids] of [["objects.csv", facts.objectIds], ["inspectors.csv", facts.inspectorIds]]) {
    for (const [one, other] of ids.twins) tell(`${file} id 列`, `应为不只差大小写的编号，实为 ${one} 与 ${other}`);
  }
  for (const [column, id] of facts.strangers) {
    tell(`avoid.csv ${column} 列`, `应为 ${column}s.csv 中的编号，实为 ${id}`);
  }
}

// Rule 4.
function checkStrata(strata, facts, tell) {
  const candidates = facts.strata.counts();
  tellTwice(strata.map((one) => one.id), (id) => tell("notice.json objects.strata", `应为每层只列一次，实为 ${id} 出现两次`));
  strata.forEach(({ id, quota }, at) => {
    const place = `notice.json objects.strata[${at}]`;
    if (!candidates.has(id)) tell(`${place}.id`, `应为 objects.csv 中有对象的层，实为 ${id}`);
    else if (quota > candidates.get(id)) tell(`${place}.quota`, `应为不多于 ${id} 层的候选数 ${candidates.get(id)}，实为 ${quota}`);
  });
  const listed = new Set(strata.map((one) => one.id));
  for (const id of candidates.keys()) {
    if (!listed.has(id)) tell("notice.json objects.strata", `应为列出 ${id} 层，实为没有列出`);
  }
  if (strata.every((one) => one.quota === 0)) tell("notice.json objects.strata", "应为各层 quota 之和不小于 1，实为 0");
}

// Rule 5.
function checkTeams(teams, facts, tell) {
  const zones = new Set(facts.zones.values);
  tellTwice(teams.map((one) => one.zone), (zone) => tell("notice.json teams", `应为每个辖区只列一次，实为 ${zone} 出现两次`));
  teams.forEach(({ zone, seats }, at) => {
    if (!zones.has(zone)) tell(`notice.json teams[${at}].zone`, `应为 objects.csv 中有对象的辖区，实为 ${zone}`);
    tellTwice(seats.map((one) => one.department), (department) => {
      tell(`notice.json teams[${at}].seats`, `应为每个部门只有一个席位，实为 ${department} 出现两次`);
    });
  });
  const listed = new Set(teams.map((one) => one.zone));
  for (const zone of zones) if (!listed.has(zone)) tell("notice.json teams", `应为列出辖区 ${zone}，实为没有列出`);
}

// Rule 6.
function checkPeople(teams, facts, tell) {
  const missing = new Map();
  for (const { zone, count, seats } of teams) {
    for (const { department, count: seatCount } of seats) {
      const short = count * seatCount - facts.homeCount(department, zone);
      if (short > 0) missing.set(department, (missing.get(department) ?? 0) + short);
    }
  }
  for (const [department, short] of missing) {
    const roaming = facts.homeCount(department, "*");
    if (short > roaming) {
      tell(`inspectors.csv ${department} 部门`, `应为足够的检查人员：各辖区共缺 ${short} 人，可到任何辖区（*）的只有 ${roaming} 人`);
    }
  }
}

// Rule 7. Objects that avoid nobody need no look: rule 6 leaves them inspectors enough.
function checkAvoidance(teams, facts, tell) {
  const seatsOf = new Map(teams.map((one) => [one.zone, one.seats]));
  for (const object of facts.avoided.keys()) {
    const zone = facts.objectZone(object);
    for (const { department, count } of seatsOf.get(zone) ?? []) {
      const serving = facts.serving(department, zone);
      const left = serving - facts.avoidedOf(object, department, zone);
      if (left < count) {
        tell(`avoid.csv 对象 ${facts.objectId(object)}`, `应为 ${department} 部门在 ${zone} 至少 ${count} 人可以检查它，实为只余 ${left} 人`);
      }
    }
  }
}
