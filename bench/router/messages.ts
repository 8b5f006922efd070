/**
 * Simulates how many messages a request costs, in a few steady states.
 *
 *     bun bench/router/messages.ts [--quick]
 *
 * Prints the mean and the 99th percentile of each state as JSON. The seed is fixed, so every run gives the same.
 */
import {
  type Scenario,
  simulate,
  steady,
} from "../../{{cookiecutter.project_slug}}/worker/test/simulation";

interface State {
  instances: number;
  isolates: number;
  load: number;
}

const QUICK: State[] = [
  { instances: 3, isolates: 10, load: 0.5 },
  { instances: 10, isolates: 10, load: 0.5 },
  { instances: 100, isolates: 200, load: 0.1 },
];
const STATES: State[] = [
  ...QUICK,
  { instances: 3, isolates: 10, load: 0.95 },
  { instances: 100, isolates: 200, load: 0.5 },
  { instances: 100, isolates: 200, load: 0.95 },
];
/** What is measured in the quick run. */
const SHORT: Partial<Scenario> = { from: 360, until: 480 };

const isQuick = process.argv.includes("--quick");
const found = [];
for (const state of isQuick ? QUICK : STATES) {
  const { instances, isolates, load } = state;
  const scenario = { instances, isolates, ...(isQuick ? SHORT : {}) };
  const { messages } = await simulate({ ...scenario, rate: steady(load, scenario) });
  found.push({ ...state, mean: messages.mean, p99: messages.p99 });
}
console.log(JSON.stringify(found));
