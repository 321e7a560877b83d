// What the rosters hold, counted once: candidates by stratum and zone, inspectors by department, pairs by object.

import { Slices } from "./slices.js";
import { utf8 } from "../../sunlot/js/text.js";

const MOST_TOLD = 20;

/** A column of identifiers with few different values: the values, for each row the number of its own, and the reverse. */
class Column {
  constructor(roster, column) {
    const different = new Slices(roster.bytes, roster.count);
    this.of = new Uint32Array(roster.count);
    this.values = [];
    for (let row = 0; row < roster.count; row += 1) {
      const [start, end] = [roster.start(row, column), roster.end(row, column)];
      let number = different.find(roster.bytes, start, end);
      if (number < 0) {
        number = different.put(start, end);
        this.values.push(roster.field(row, column));
      }
      this.of[row] = number;
    }
    this.numbers = new Map(this.values.map((value, number) => [value, number]));
    this.sort();
  }

  /** Put the rows in order of their values, so that those of one value lie together. */
  sort() {
    this.from = new Uint32Array(this.values.length + 1); // where the rows of each value begin in `rows`
    for (const number of this.of) this.from[number + 1] += 1;
    for (let number = 0; number < this.values.length; number += 1) this.from[number + 1] += this.from[number];
    const next = this.from.slice();
    this.rows = new Uint32Array(this.of.length);
    this.of.forEach((number, row) => { this.rows[next[number]++] = row; });
  }

  /** The rows that hold a value, ascending. */
  rowsOf(value) {
    const number = this.numbers.get(value);
    return number === undefined ? this.rows.subarray(0, 0) : this.rows.subarray(this.from[number], this.from[number + 1]);
  }

  /** How many rows hold each value. */
  counts() {
    return new Map(this.values.map((value, number) => [value, this.from[number + 1] - this.from[number]]));
  }
}

/** The ids of a roster's first column: found by text or by bytes, and those that differ in case alone. */
class Ids {
  constructor(roster) {
    this.roster = roster;
    this.slices = new Slices(roster.bytes, roster.count);
    this.twins = [];
    for (let row = 0; row < roster.count; row += 1) {
      const [start, end] = [roster.start(row, 0), roster.end(row, 0)];
      const twin = this.slices.findAnyCase(roster.bytes, start, end);
      if (twin >= 0 && this.twins.length < MOST_TOLD) this.twins.push([roster.field(twin, 0), roster.field(row, 0)]);
      this.slices.put(start, end);
    }
  }

  /** The row of an id, or -1. */
  row(id) {
    return this.slices.find(utf8(id));
  }
}

/** Everything about the three rosters that rules and draw need. */
export class Facts {
  constructor({ objects, inspectors, avoid }) {
    this.objects = objects;
    this.inspectors = inspectors;
    this.avoid = avoid;
    this.objectIds = new Ids(objects);
    this.inspectorIds = new Ids(inspectors);
    this.strata = new Column(objects, 1);
    this.zones = new Column(objects, 2);
    this.tickets = new Uint16Array(objects.count);
    for (let row = 0; row < objects.count; row += 1) this.tickets[row] = ticketsOf(objects, row);
    this.people = Array.from({ length: inspectors.count }, (_, row) => ({
      id: inspectors.field(row, 0), department: inspectors.field(row, 1), home: inspectors.field(row, 2),
    }));
    this.strangers = []; // faults of avoid.csv: [column, id]
    this.avoided = this.readPairs(); // row of an object → rows of the inspectors who must not meet it
    this.pools = countPools(this.people); // department → { "*" or zone → inspectors }
  }

  objectId(row) {
    return this.objects.field(row, 0);
  }

  objectZone(row) {
    return this.zones.values[this.zones.of[row]];
  }

  readPairs() {
    const { avoid, objectIds, inspectorIds } = this;
    const found = new Map();
    for (let row = 0; row < avoid.count; row += 1) {
      const [inspector, object] = [inspectorIds, objectIds].map((ids, column) => {
        const place = ids.slices.find(avoid.bytes, avoid.start(row, column), avoid.end(row, column));
        if (place < 0 && this.strangers.length < MOST_TOLD) {
          this.strangers.push([avoid.columns[column], avoid.field(row, column)]);
        }
        return place;
      });
      if (inspector < 0 || object < 0) continue;
      if (found.has(object)) found.get(object).push(inspector);
      else found.set(object, [inspector]);
    }
    return found;
  }

  /** How many inspectors of a department have this home: a zone, or "*" for any. */
  homeCount(department, home) {
    return this.pools.get(department)?.get(home) ?? 0;
  }

  /** How many inspectors of a department may serve in a zone. */
  serving(department, zone) {
    return this.homeCount(department, zone) + this.homeCount(department, "*");
  }

  /** For an object that avoids somebody: how many of a department who may serve its zone it avoids. */
  avoidedOf(object, department, zone) {
    return this.avoided.get(object).filter((row) => {
      const one = this.people[row];
      return one.department === department && (one.home === zone || one.home === "*");
    }).length;
  }
}

function ticketsOf(objects, row) {
  let value = 0;
  for (let at = objects.start(row, 3); objects.bytes[at] >= 48; at += 1) value = 10 * value + objects.bytes[at] - 48;
  return value;
}

function countPools(people) {
  const pools = new Map();
  for (const { department, home } of people) {
    if (!pools.has(department)) pools.set(department, new Map());
    const homes = pools.get(department);
    homes.set(home, (homes.get(home) ?? 0) + 1);
  }
  return pools;
}
