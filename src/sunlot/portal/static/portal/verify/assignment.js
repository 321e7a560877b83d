// Which team inspects which drawn object (section Objects to teams).

import { keyOf, ordered, ticketOf } from "./tickets.js";
import { byBytes } from "../../sunlot/js/text.js";

/**
 * Give the drawn objects of every zone to its teams. `drawn` are their rows; `teams` those of `drawTeams`.
 * Returns the ids by team in the zone's order, `Map(team id → [id])`, the unassigned in their order, and how each zone
 * came to it, `Map(zone → {key, order, rounds})`: its objects in order, and of each round the teams' numbers in theirs.
 */
export function assignObjects(hash, seed, notice, facts, drawn, teams) {
  const byZone = new Map(notice.teams.map(({ zone }) => [zone, { rows: [], own: [] }]));
  for (const row of drawn) byZone.get(facts.objectZone(row)).rows.push(row);
  for (const team of teams) byZone.get(team.zone).own.push(team);
  const objectsOf = new Map();
  const unassigned = [];
  const zones = new Map();
  for (const [zone, { rows, own }] of byZone) {
    const given = assignZone(hash, keyOf(hash, seed, "assign", zone), facts, rows, own);
    own.forEach((team, n) => objectsOf.set(team.id, given.teams[n]));
    unassigned.push(...given.unassigned);
    zones.set(zone, given);
  }
  return { objectsOf, unassigned, zones };
}

function assignZone(hash, key, facts, rows, teams) {
  const closed = new Map(); // id → numbers of the teams that may not meet it
  const teamOf = new Map(teams.flatMap((team, n) => team.members.map(({ inspector }) => [inspector, n])));
  for (const row of rows) {
    const avoided = facts.avoided.get(row) ?? [];
    const shut = avoided.map((person) => teamOf.get(facts.people[person].id)).filter((team) => team !== undefined);
    if (shut.length > 0) closed.set(facts.objectId(row), new Set(shut));
  }
  const order = ordered(hash, key, rows.map((row) => facts.objectId(row))).map(({ id }) => id);
  const isShutOut = (id) => closed.has(id) && closed.get(id).size === teams.length;
  const open = order.filter((id) => !isShutOut(id));
  const placing = new Placing(open, teams, closed, (round, team) => ticketOf(hash, key, `${round}@${team}`));
  placing.run();
  return { key, order: open, rounds: placing.rounds, teams: placing.byTeam(), unassigned: order.filter(isShutOut) };
}

/** Some of a zone's teams, by their numbers, as bits. */
class TeamSet {
  constructor(count) {
    this.words = new Uint32Array(Math.ceil(count / 32));
  }

  /** All of them but those in `closed`. */
  static allBut(count, closed = []) {
    const set = new TeamSet(count);
    for (let team = 0; team < count; team += 1) set.words[team >> 5] |= 1 << (team & 31);
    for (const team of closed) set.remove(team);
    return set;
  }

  has(team) {
    return (this.words[team >> 5] >>> (team & 31)) & 1;
  }

  remove(team) {
    this.words[team >> 5] &= ~(1 << (team & 31));
  }

  addAll(other) {
    for (let n = 0; n < this.words.length; n += 1) this.words[n] |= other.words[n];
  }

  meets(other) {
    for (let n = 0; n < this.words.length; n += 1) if (this.words[n] & other.words[n]) return true;
    return false;
  }
}

/** The objects of one zone, by their numbers in its order, being placed in its teams. */
class Placing {
  constructor(objects, teams, closed, ticket) {
    this.objects = objects;
    this.count = teams.length;
    this.all = TeamSet.allBut(this.count);
    this.open = objects.map((id) => (closed.has(id) ? TeamSet.allBut(this.count, closed.get(id)) : this.all));
    this.held = teams.map(() => []); // by team: its objects in the order in which it took them
    this.reach = teams.map(() => new TeamSet(this.count)); // by team: where any of its objects could go
    const rounds = Math.ceil(objects.length / this.count);
    this.rounds = Array.from({ length: rounds }, (_, round) => {
      const order = teams.map((team, number) => ({ number, ticket: ticket(round, team.id) }));
      order.sort((one, other) => byBytes(one.ticket, other.ticket) || one.number - other.number);
      return Uint16Array.from(order, ({ number }) => number);
    });
  }

  run() {
    const waiting = [];
    this.objects.forEach((_, n) => {
      if (!this.attempt(n, Math.floor(n / this.count) + 1)) waiting.push(n);
    });
    const even = Math.ceil(this.objects.length / this.count);
    for (const n of waiting) {
      // The next cap that can succeed is one more than the fewest objects held by a team that was tried.
      for (let cap = even; !this.attempt(n, cap);) cap = this.fewestTried() + 1;
    }
  }

  fewestTried() {
    return Math.min(...this.held.filter((_, team) => !this.untried.has(team)).map((objects) => objects.length));
  }

  attempt(n, cap) {
    this.untried = TeamSet.allBut(this.count);
    return this.place(n, cap);
  }

  /**
   * place(object, cap) of the protocol: an augmenting path. A failed attempt changes nothing. Objects that have no team
   * left to try are passed over, for they would only fail.
   */
  place(n, cap) {
    const [open, order] = [this.open[n], this.rounds[Math.floor(n / this.count)]];
    for (let turn = n % this.count; open.meets(this.untried); turn += 1) {
      const team = order[turn % this.count];
      if (!open.has(team) || !this.untried.has(team)) continue;
      this.untried.remove(team);
      if (this.held[team].length >= cap && !this.makeRoom(team, cap)) continue;
      this.held[team].push(n);
      this.reach[team].addAll(open);
      return true;
    }
    return false;
  }

  /** Ask a full team's objects in turn to go elsewhere; the first that can leaves. */
  makeRoom(team, cap) {
    const objects = this.held[team];
    for (let at = 0; at < objects.length && this.reach[team].meets(this.untried); at += 1) {
      if (this.place(objects[at], cap)) {
        objects.splice(at, 1);
        this.reach[team] = new TeamSet(this.count);
        for (const left of objects) this.reach[team].addAll(this.open[left]);
        return true;
      }
    }
    return false;
  }

  /** The ids of each team in the zone's order. */
  byTeam() {
    return this.held.map((objects) => [...objects].sort((one, other) => one - other).map((n) => this.objects[n]));
  }
}
