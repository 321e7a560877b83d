// One visitor's verification: a bundle verified, then questions about it. The page talks to it by messages, across the
// border of a worker; everything it says can be cloned.

import { checkHeld, isOurs, TooLarge } from "./bundle.js";
import { explainInspector, explainObject, explainTeam, find } from "./explain.js";
import { namesOf } from "./names.js";
import { readKey } from "../../sunlot/js/note.js";
import { verify } from "./verify.js";

const EXPLAIN = { object: explainObject, inspector: explainInspector, team: explainTeam };

/** Answers the page's messages; `tell` takes what is to be told to it. */
export class Session {
  constructor(tell) {
    this.tell = tell;
    this.turn = null; // of the newest message
    this.draw = null;
    this.names = null;
  }

  /**
   * Answer a message: {ask: "verify", files, key} or {ask: "find", text} or {ask: "explain", kind, row}. Its `turn` is
   * repeated in every answer, so that the page knows which verification it belongs to.
   */
  async answer(message) {
    const { ask, turn } = message;
    const say = (told) => this.tell({ ...told, turn });
    this.turn = turn;
    try {
      if (ask === "verify") await this.verify(message, say);
      else if (ask === "find") say({ tell: "found", hits: find(this.draw, message.text) });
      else say({ tell: "explained", why: this.explain(message) });
    } catch (fault) {
      say({ tell: kindOf(fault), words: fault?.message ?? String(fault) });
    }
  }

  async verify({ files, key, turn }, say) {
    this.draw = null;
    say({ tell: "progress", step: "files", done: 0, all: 0 });
    const source = await readSource(files);
    if (turn !== this.turn) return; // another bundle was chosen meanwhile
    const found = verify(source, {
      key: key ? readKey(key) : null,
      progress: (step, done, all) => say({ tell: "progress", step, done, all }),
    });
    this.draw = found.draw;
    this.names = found.draw ? namesOf(found.notice) : null;
    say({ tell: "report", report: found.report, told: toldOf(found) });
  }

  explain({ kind, row }) {
    return { ...EXPLAIN[kind](this.draw, row), names: this.names };
  }
}

/** What kept a question from being answered. A browser that can't give the memory says so by a RangeError. */
function kindOf(fault) {
  if (fault instanceof TooLarge || fault instanceof RangeError) return "too-large";
  return ["NotReadableError", "NotFoundError"].includes(fault?.name) ? "unreadable" : "broken";
}

/** One chosen file is a zip unless its name is that of a bundle's file; several are a folder's. */
async function readSource(files) {
  const isZip = files.length === 1 && !isOurs(files[0].name);
  const wanted = isZip ? files : files.filter((file) => isOurs(file.name));
  checkHeld(wanted.reduce((sum, file) => sum + file.size, 0));
  const read = async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
  const found = await Promise.all(wanted.map(read));
  return isZip ? { zip: found[0].bytes } : { files: found };
}

/** What the page shows of a bundle beside the report; null where its notice can't be trusted to say it. */
function toldOf({ report, notice, noticeDigest, resultDigest, facts, draw, result, checkpoint }) {
  if (!facts || report.steps[1].outcome !== "passed") return null;
  const { draw: number, attempt, title, authority, hash, sealed_at: sealedAt, release } = notice;
  const counts = { objects: facts.objects.count, inspectors: facts.inspectors.count, avoid: facts.avoid.count };
  return {
    number, attempt, title, authority, hash, sealedAt, release, noticeDigest, resultDigest, counts,
    contributors: notice.contributors.map(({ id, role }) => ({ id, role })),
    beacon: notice.beacon?.kind ?? null,
    value: typeof result?.beacon === "string" ? result.beacon : null,
    checkpoint: checkpoint && { size: checkpoint.size },
    draw: draw && {
      seed: draw.seed,
      strata: draw.strata.map(({ id, drawn, reserve }) => ({ id, drawn: drawn.length, reserve: reserve.length })),
      teams: draw.teams.length,
      members: draw.teams.reduce((sum, team) => sum + team.members.length, 0),
      unassigned: draw.unassigned.length,
    },
  };
}
