// “我被抽中了吗，为什么”: one object, one inspector or one team, with everything needed to compute it again by hand.

import { hexOfWords } from "../../sunlot/js/blocks.js";
import { stratumLabel } from "./strata.js";
import { roamingOrder } from "./teams.js";
import { keyOf, ticketOf, ticketText, turnOf } from "./tickets.js";

export const MOST_FOUND = 20;
const MOST_BALLS = 20_000; // of larger strata the dial shows every object's best ticket alone
const COMMANDS = { sha256: "sha256sum", sm3: "openssl dgst -sm3" };

/** Text as people type and paste it: full-width letters and digits made half-width, no blanks at the ends. */
const asTyped = (text) => text.replace(/[！-～]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0xfee0)).trim();

/**
 * Who is meant by what was typed: `[{kind: "object" | "inspector" | "team", row, id, name}]`. An id typed in full, in upper or
 * lower case, stands alone; else those whose name or id holds what was typed, MOST_FOUND at most.
 */
export function find(draw, typed) {
  const asked = asTyped(typed);
  if (asked === "") return [];
  const { facts } = draw;
  const [lower, exact, holding] = [asked.toLowerCase(), [], []];
  const look = (kind, row, id, name) => {
    if (id.toLowerCase() === lower) exact.push({ kind, row, id, name });
    else if (holding.length < MOST_FOUND && (id.toLowerCase().includes(lower) || name.toLowerCase().includes(lower))) {
      holding.push({ kind, row, id, name });
    }
  };
  facts.people.forEach(({ id }, row) => look("inspector", row, id, ""));
  for (let row = 0; row < facts.objects.count; row += 1) look("object", row, facts.objectId(row), facts.objects.field(row, 4));
  draw.teams.forEach(({ id }, row) => look("team", row, id, ""));
  return exact.length > 0 ? exact : holding;
}

/** Why an object was drawn or not. */
export function explainObject(draw, row) {
  const { facts, tickets, hash, seed } = draw;
  const id = facts.objectId(row);
  const stratum = draw.strata.find((one) => one.id === facts.strata.values[facts.strata.of[row]]);
  const rank = tickets.rank(row);
  const every = ticketTexts(draw.objectKey(stratum.id), id, facts.tickets[row]);
  const ticket = tickets.hex(row);
  const best = tickets.every(row).indexOf(ticket);
  const team = draw.teams.find((one) => one.objects.includes(id));
  return {
    kind: "object",
    id,
    name: facts.objects.field(row, 4),
    drum: stratum.id,
    zone: facts.objectZone(row),
    ...standing(rank, stratum.drawn.length, stratum.reserve.length),
    candidates: facts.strata.rowsOf(stratum.id).length,
    ticket,
    best: best + 1,
    tickets: every.length,
    cut: lastOf(stratum.drawn, (other) => tickets.hex(other)),
    lastReserve: lastOf(stratum.reserve, (other) => tickets.hex(other)),
    commands: commands(hash, seed, every, best, ["object", stratum.id]),
    team: team ?? null,
    turn: team ? turnOfObject(draw, row, id, team) : null,
    isUnassigned: draw.unassigned.includes(id),
    dial: objectDial(draw, stratum, row),
  };
}

/** How an object came to its team (section Objects to teams): its place in the zone's order, its round, and what it prefers. */
function turnOfObject(draw, row, id, team) {
  const { facts, hash, seed } = draw;
  const { key, order, rounds } = draw.zones.get(team.zone);
  const own = draw.teams.filter(({ zone }) => zone === team.zone);
  const number = order.indexOf(id);
  const round = Math.floor(number / own.length);
  const preferred = own[rounds[round][number % own.length]];
  const avoided = (facts.avoided.get(row) ?? []).map((person) => facts.people[person].id);
  const program = COMMANDS[hash];
  return {
    place: number + 1,
    objects: order.length,
    round: round + 1,
    turn: (number % own.length) + 1,
    preferred: preferred.id,
    isClosed: preferred.members.some(({ inspector }) => avoided.includes(inspector)),
    commands: {
      object: `printf %s '${ticketText(key, id)}' | ${program}`,
      team: `printf %s '${ticketText(key, `${round}@${preferred.id}`)}' | ${program}`,
      key: `printf 'sunlot-draw/1 key\\n${seed}\\nassign\\n${team.zone}\\n' | ${program}`,
    },
  };
}

const ticketTexts = (key, id, count) => Array.from({ length: count }, (_, n) => ticketText(key, id, n + 1));

const lastOf = (list, of) => (list.length > 0 ? of(list[list.length - 1]) : "");

function standing(rank, drawn, reserve) {
  const outcome = rank <= drawn ? "drawn" : rank <= drawn + reserve ? "reserve" : "rest";
  return { rank, outcome, drawn, reserve };
}

/** Lines for a shell: the ticket that counts, all tickets where there are several, and the key they begin with. */
function commands(hash, seed, texts, best, [purpose, subject]) {
  const program = COMMANDS[hash];
  const every = texts.map((text) => `'${text}'`).join(" ");
  return {
    ticket: `printf %s '${texts[best]}' | ${program}`,
    all: texts.length > 1 ? `for t in ${every}; do printf %s "$t" | ${program}; done | sort | head -n 1` : "",
    key: `printf 'sunlot-draw/1 key\\n${seed}\\n${purpose}\\n${subject}\\n' | ${program}`,
  };
}

function objectDial(draw, stratum, row) {
  const { facts, tickets } = draw;
  const rows = facts.strata.rowsOf(stratum.id);
  const held = rows.map((other) => facts.tickets[other]);
  const all = held.reduce((sum, count) => sum + count, 0);
  const [drawn, reserve] = [new Set(stratum.drawn), new Set(stratum.reserve)];
  const dots = [];
  for (const other of rows) {
    const best = turnOf(tickets.hex(other));
    const kind = drawn.has(other) ? "won" : reserve.has(other) ? "wait" : "best";
    dots.push({ turn: best, kind });
    if (all > MOST_BALLS || facts.tickets[other] === 1) continue;
    for (let n = 1; n <= facts.tickets[other]; n += 1) {
      const turn = turnOf(hexOfWords(tickets.hash(other, n)));
      if (turn !== best) dots.push({ turn, kind: "ball" });
    }
  }
  return {
    label: stratumLabel(stratum.id), unit: "户", dots, me: turnOf(tickets.hex(row)), tickets: all,
    each: held.every((count) => count === held[0]) ? held[0] : 0,
    cut: lastOf(stratum.drawn, (other) => tickets.hex(other)), end: lastOf(stratum.reserve, (other) => tickets.hex(other)),
  };
}

/** Why an inspector was drawn or not, and from where to where a roaming one was sent. */
export function explainInspector(draw, row) {
  const { facts, hash, seed } = draw;
  const { id, department, home } = facts.people[row];
  const told = { kind: "inspector", id, name: "", department, home, roaming: null, drum: null };
  if (home === "*") told.roaming = roamingOf(draw, id, department);
  const drum = draw.drums.find((one) => one.department === department && one.order.some((other) => other.id === id));
  if (!drum) return told;
  const place = drum.order.findIndex((other) => other.id === id);
  const { ticket } = drum.order[place];
  const team = draw.teams.find((one) => one.members.some(({ inspector }) => inspector === id));
  return {
    ...told,
    drum: `${drum.zone}/${department}`,
    zone: drum.zone,
    ...standing(place + 1, drum.wanted, drum.order.length - drum.wanted),
    candidates: drum.order.length,
    ticket,
    best: 1,
    tickets: 1,
    cut: drum.order[drum.wanted - 1].ticket,
    lastReserve: "",
    commands: commands(hash, seed, [ticketText(drum.key, id)], 0, ["inspector", `${drum.zone}/${department}`]),
    team: team ?? null,
    dial: drumDial(drum, ticket),
  };
}

/** Who is in a team and why, and which objects it inspects. */
export function explainTeam(draw, row) {
  const { id, zone, members, objects } = draw.teams[row];
  const teams = draw.teams.filter((one) => one.zone === zone).length;
  return {
    kind: "team",
    id,
    zone,
    teams,
    members: members.map(({ department, inspector }) => memberOf(draw, zone, department, inspector)),
    objects: objects.map((object) => ({ id: object, name: draw.facts.objects.field(draw.facts.objectIds.row(object), 4) })),
  };
}

function memberOf({ drums, hash, seed }, zone, department, inspector) {
  const { key, wanted, order } = drums.find((one) => one.zone === zone && one.department === department);
  const place = order.findIndex(({ id }) => id === inspector);
  const lines = commands(hash, seed, [ticketText(key, inspector)], 0, ["inspector", `${zone}/${department}`]);
  return { department, inspector, wanted, rank: place + 1, candidates: order.length, ticket: order[place].ticket, command: lines.ticket };
}

function roamingOf(draw, id, department) {
  const { facts, hash, seed } = draw;
  const order = roamingOrder(hash, seed, facts, department);
  const key = keyOf(hash, seed, "roam", department);
  return {
    rank: order.findIndex((one) => one.id === id) + 1,
    candidates: order.length,
    ticket: ticketOf(hash, key, id),
    command: `printf %s '${ticketText(key, id)}' | ${COMMANDS[hash]}`,
  };
}

function drumDial(drum, ticket) {
  const dots = drum.order.map((one, n) => ({ turn: turnOf(one.ticket), kind: n < drum.wanted ? "won" : "wait" }));
  const last = drum.order[drum.order.length - 1];
  return {
    label: `${drum.zone} 的 ${drum.department}`, unit: "人", dots, me: turnOf(ticket), tickets: dots.length, each: 1,
    cut: drum.order[drum.wanted - 1].ticket, end: drum.order.length > drum.wanted ? last.ticket : "",
  };
}
