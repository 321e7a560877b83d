// Which inspectors form which team (section Teams).

import { keyOf, ordered } from "./tickets.js";

/**
 * The teams in notice order, `{id, zone, number, members: [{department, inspector}]}`, and every drum of inspectors,
 * `{zone, department, key, wanted, order: [{id, ticket}]}`: of each the first `wanted` are drawn, the others in reserve.
 */
export function drawTeams(hash, seed, notice, facts) {
  const zoneOf = placeRoaming(hash, seed, notice, facts);
  const people = new Map();
  for (const { id, department } of facts.people) {
    const place = `${zoneOf.get(id)}/${department}`;
    if (people.has(place)) people.get(place).push(id);
    else people.set(place, [id]);
  }
  const teams = [];
  const drums = [];
  for (const { zone, count, seats } of notice.teams) {
    const own = Array.from({ length: count }, (_, n) => ({ id: `${zone}-${n + 1}`, zone, number: n + 1, members: [] }));
    for (const seat of seats) {
      const key = keyOf(hash, seed, "inspector", `${zone}/${seat.department}`);
      const order = ordered(hash, key, people.get(`${zone}/${seat.department}`) ?? []);
      const wanted = count * seat.count;
      order.slice(0, wanted).forEach(({ id }, n) => {
        own[n % count].members.push({ department: seat.department, inspector: id });
      });
      drums.push({ zone, department: seat.department, key, wanted, order });
    }
    teams.push(...own);
  }
  return { teams, drums };
}

/** Step 1, roaming: the zone in which each inspector serves, by id; none where a department has no seat anywhere. */
function placeRoaming(hash, seed, notice, facts) {
  const zoneOf = new Map(facts.people.map(({ id, home }) => [id, home]));
  for (const department of new Set(facts.people.filter(({ home }) => home === "*").map((one) => one.department))) {
    const waiting = roamingOrder(hash, seed, facts, department).map(({ id }) => id);
    const zones = notice.teams.flatMap(({ zone, count, seats }) => {
      const seat = seats.find((one) => one.department === department);
      return seat ? [{ zone, missing: count * seat.count - facts.homeCount(department, zone) }] : [];
    });
    let next = 0;
    for (const { zone, missing } of zones) {
      for (let n = 0; n < missing; n += 1) zoneOf.set(waiting[next++], zone);
    }
    for (let turn = 0; next < waiting.length; turn += 1) {
      zoneOf.set(waiting[next++], zones.length ? zones[turn % zones.length].zone : null);
    }
  }
  return zoneOf;
}

/** A department's inspectors of any zone in the order in which they are placed, `[{id, ticket}]`. */
export function roamingOrder(hash, seed, facts, department) {
  const ids = facts.people.filter((one) => one.home === "*" && one.department === department).map((one) => one.id);
  return ordered(hash, keyOf(hash, seed, "roam", department), ids);
}
