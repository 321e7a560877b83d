// The steps of `verify` in the protocol's order (section The bundle), with what each needs, and their outcomes.

import { seen } from "../../sunlot/js/text.js";

export const STEPS = [
  ["files", []],
  ["notice", ["files"]],
  ["commitments", ["notice"]],
  ["beacon", ["notice"]],
  ["seed", ["commitments", "beacon"]],
  ["objects", ["commitments", "beacon"]],
  ["teams", ["commitments", "beacon"]],
  ["assignment", ["commitments", "beacon"]],
  ["result", ["files"]],
  ["log", ["notice"]],
  ["order", ["log"]],
];

const MOST_FAULTS = 100; // told of one step

/** Outcomes and faults by step. A step that nobody ran is skipped. */
export class Outcomes {
  constructor() {
    this.steps = new Map(STEPS.map(([step]) => [step, { outcome: "skipped", faults: [], more: 0 }]));
  }

  has(step, outcome) {
    return this.steps.get(step).outcome === outcome;
  }

  /** Run a step if those that it needs passed; `act` gets `tell(place, words)`. Returns what `act` returns, or null. */
  run(step, act) {
    const [, needs] = STEPS.find(([name]) => name === step);
    if (!needs.every((need) => this.has(need, "passed"))) return null;
    const own = this.steps.get(step);
    own.outcome = "passed";
    return act((place, words) => {
      own.outcome = "failed";
      if (own.faults.length < MOST_FAULTS) own.faults.push(place ? `${seen(place)}：${words}` : words);
      else own.more += 1;
    });
  }

  /** As `sunlot verify --json` prints it, without remarks. */
  report() {
    const steps = Array.from(this.steps, ([step, { outcome, faults, more }]) => ({
      step, outcome, faults: more ? [...faults, `另有 ${more} 处`] : faults,
    }));
    const passed = (some) => some.every(({ outcome }) => outcome === "passed");
    const reproduced = passed(steps.slice(0, -2));
    return { verified: reproduced && passed(steps.slice(-2)), reproduced, steps };
  }
}
