// A whole draw, computed from notice, rosters, reveals and beacon alone.

import { assignObjects } from "./assignment.js";
import { drawTeams } from "./teams.js";
import { keyOf, ObjectTickets, seedOf } from "./tickets.js";

const PIECE = 20_000; // objects hashed between two signs of progress

/** What the draw gives; `result` has the members of result.json that follow from it. */
export class Draw {
  constructor(notice, noticeDigest, facts, reveals, beacon) {
    this.notice = notice;
    this.hash = notice.hash;
    this.facts = facts;
    this.seed = seedOf(this.hash, noticeDigest, reveals, beacon);
    this.tickets = new ObjectTickets(this.hash, facts, (stratum) => this.objectKey(stratum));
  }

  objectKey(stratum) {
    return keyOf(this.hash, this.seed, "object", stratum);
  }

  /** Draw; `progress(done, all)` is called now and then while objects are hashed. */
  run(progress) {
    const { notice, facts, tickets } = this;
    const { count } = facts.objects;
    for (let row = 0; row < count; row += PIECE) {
      tickets.compute(row, Math.min(row + PIECE, count));
      progress(Math.min(row + PIECE, count), count);
    }
    this.strata = notice.objects.strata.map(({ id, quota, reserve }) => {
      const rows = tickets.first(id, quota + reserve);
      return { id, drawn: rows.slice(0, quota), reserve: rows.slice(quota) };
    });
    const { teams, drums } = drawTeams(this.hash, this.seed, notice, facts);
    const drawn = this.strata.flatMap((stratum) => stratum.drawn);
    const given = assignObjects(this.hash, this.seed, notice, facts, drawn, teams);
    this.teams = teams.map((team) => ({ ...team, objects: given.objectsOf.get(team.id) }));
    this.drums = drums;
    this.unassigned = given.unassigned;
    this.zones = given.zones;
    return this;
  }

  /** The members `objects`, `teams`, `inspector_reserve` and `unassigned` of result.json. */
  get result() {
    const ids = (rows) => rows.map((row) => this.facts.objectId(row));
    return {
      objects: this.strata.map(({ id, drawn, reserve }) => ({ stratum: id, drawn: ids(drawn), reserve: ids(reserve) })),
      teams: this.teams.map(({ id, zone, members, objects }) => ({ id, zone, members, objects })),
      inspector_reserve: this.drums.map(({ zone, department, wanted, order }) => ({
        zone, department, order: order.slice(wanted).map((one) => one.id),
      })),
      unassigned: this.unassigned,
    };
  }
}
