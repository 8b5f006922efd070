/**
 * Simulates the template's router at many sizes and loads, and prints each measurement as JSON.
 *
 *     bun bench/router/scaling.ts [--quick]
 */
import { type Measurement, type Scenario, simulate, steady } from "./simulation";

/** What a row of a table shows: its conditions and the result. */
interface Row {
  table: string;
  conditions: Record<string, string | number>;
  measured: Measurement;
}

/** Few instances vary by chance, so they are measured for longer; many are measured for less. */
function period(instances: number): Partial<Scenario> {
  if (instances <= 5) return { until: 6000 };
  return instances < 1000 ? {} : { sleepAfter: 60, from: 140, until: 170 };
}

const isQuick = process.argv.includes("--quick");
const rows: Row[] = [];

async function measure(
  table: string,
  conditions: Row["conditions"],
  scenario: Partial<Scenario>,
): Promise<void> {
  rows.push({ table, conditions, measured: await simulate(scenario) });
}

/** A few states in a quick run. */
async function sizes(): Promise<void> {
  const sizes = isQuick ? [3, 5, 10] : [3, 5, 10, 100, 1000];
  for (const instances of sizes) {
    for (const isolates of isQuick ? [1, 200] : [1, 10, 200]) {
      for (const load of instances < 1000 ? [0.1, 0.5, 0.8, 0.95, 1.1] : [0.1, 0.8, 1.1]) {
        const scenario = { instances, isolates, ...period(instances) };
        const conditions = { instances, isolates, load: `${Math.round(100 * load)}%` };
        await measure("sizes", conditions, { ...scenario, rate: steady(load, scenario) });
      }
    }
  }
  if (!isQuick) return;
  const scenario = { instances: 100, isolates: 200, from: 360, until: 420 };
  const conditions = { instances: 100, isolates: 200, load: "50%" };
  await measure("sizes", conditions, { ...scenario, rate: steady(0.5, scenario) });
}

const CONDITIONS: Record<string, Partial<Scenario>> = {
  "requests take a second": { instances: 100, isolates: 10, duration: 1, longest: 30, until: 480 },
  "requests take a minute": { instances: 100, isolates: 200, duration: 60, longest: 600 },
  "each isolate sends one request in two minutes": {
    isolates: 200,
    duration: 60,
    longest: 600,
    until: 3600,
  },
  "messages take 50 ms": { instances: 100, isolates: 200, latency: [0.05, 0.05] },
};

const BROKEN: Record<string, Partial<Scenario>> = {
  "instance 0 can't start": { broken: [0], until: 540 },
  "instance 7 can't start": { instances: 100, isolates: 200, broken: [7], from: 360, until: 420 },
};

async function conditions(): Promise<void> {
  const all = isQuick ? BROKEN : { ...CONDITIONS, ...BROKEN };
  for (const [condition, scenario] of Object.entries(all)) {
    await measure("conditions", { condition }, { ...scenario, rate: steady(0.5, scenario) });
  }
}

/** The load rises to 80% within a minute, or falls to a tenth and has settled. */
async function changes(): Promise<void> {
  for (const [instances, isolates] of [[10, 10], ...(isQuick ? [] : [[100, 200]])]) {
    const size = { instances, isolates } as { instances: number; isolates: number };
    const rise = { ...size, from: 0, until: 90, rate: steady(0.8, size) };
    await measure("changes", { change: "rises to 80%", ...size }, rise);
    const before = steady(0.6, size);
    const rate = (time: number) => before(time) / (time < 420 ? 1 : 10);
    const fall = { ...size, rate, sleepAfter: 600, from: 1260, until: 1320 };
    await measure("changes", { change: "fell from 60% to 6%", ...size }, fall);
  }
}

await sizes();
await conditions();
await changes();
const light = { rate: () => 0.02, duration: 0.1, longest: 1, until: 4000 };
await measure("light", { condition: "one request at a time" }, light);
console.log(JSON.stringify(rows));
