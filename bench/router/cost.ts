/**
 * Simulates a day of each kind of traffic with the template's router and with two others, prints
 * the results as JSON, and draws the chart of docs/cloudflare.md.
 *
 *     bun bench/router/cost.ts
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { firstFit, getRandom, type Scenario, simulate } from "./simulation";

const CHART = fileURLToPath(
  new URL("../../{{cookiecutter.project_slug}}/docs/cloudflare-cost.svg", import.meta.url),
);

const HOUR = 3600;
const DAY = 24 * HOUR;
const INSTANCES = 20;

/** Ten requests in the first five minutes of each hour. */
const visits = (time: number) => (time % HOUR < 300 ? 10 / 300 : 0);

interface Trace {
  name: string;
  rate: Scenario["rate"];
  /** Requests per second for paths that don't exist. Only the template's Worker refuses them. */
  unknownPaths: number;
  seconds: number;
}

const TRACES: Trace[] = [
  { name: "a visit an hour", rate: visits, unknownPaths: 0, seconds: DAY },
  { name: "and 500 scanners", rate: visits, unknownPaths: 500 / DAY, seconds: DAY },
  {
    name: "a daily wave",
    rate: (time) => 8 * (1 - Math.cos((2 * Math.PI * time) / DAY)),
    unknownPaths: 0,
    seconds: DAY,
  },
  {
    name: "2,000 in a minute",
    rate: (time) => (time < 60 ? 2000 / 60 : 0),
    unknownPaths: 0,
    seconds: HOUR,
  },
];

interface Result {
  name: string;
  /** How long containers run, in seconds. */
  ours: number;
  firstFit: number;
  getRandom: number;
  /** Messages per request, with `getRandom` always 1. */
  messages: { ours: number; firstFit: number };
}

async function compare(
  { name, rate, unknownPaths, seconds }: Trace,
  changes: Partial<Scenario> = {},
): Promise<Result> {
  const usual = { instances: INSTANCES, sleepAfter: 600, from: 0, until: seconds, ...changes };
  const all = { ...usual, rate: (time: number) => rate(time) + unknownPaths };
  const ours = await simulate({ ...usual, rate });
  const fit = await simulate({ ...all, route: firstFit });
  return {
    name,
    ours: ours.containerSeconds,
    firstFit: fit.containerSeconds,
    getRandom: (await simulate({ ...all, route: getRandom })).containerSeconds,
    messages: { ours: ours.messages.mean, firstFit: fit.messages.mean },
  };
}

const KINDS = [
  ["getRandom", "getRandom", "#c8ccd1", "#484f58"],
  ["firstFit", "first fit", "#7c95b0", "#6f8bab"],
  ["ours", "this template", "#d9480f", "#ff8b5a"],
] as const;

function chart(results: Result[]): string {
  const [left, width, row] = [150, 360, 72];
  const legend = KINDS.map(
    ([kind, label], index) =>
      `<rect class="${kind}" x="${left + 120 * index}" y="10" width="12" height="12" rx="2"/><text x="${left + 18 + 120 * index}" y="21">${label}</text>`,
  );
  const bars = results.flatMap((result, index) => {
    const top = 46 + index * row;
    return [
      `<text class="name" x="${left - 10}" y="${top + 27}">${result.name}</text>`,
      ...KINDS.map(([kind], bar) => {
        const share = result[kind] / result.getRandom;
        const length = Math.max(2, width * share);
        const y = top + 17 * bar;
        const messages = kind === "getRandom" ? 1 : result.messages[kind];
        const label = `${Math.round(100 * share)}%, ${messages.toFixed(1)} messages`;
        return `<rect class="${kind}" x="${left}" y="${y}" width="${length.toFixed(1)}" height="13" rx="2"/>
<text x="${(left + length + 8).toFixed(1)}" y="${y + 11}">${label}</text>`;
      }),
    ];
  });
  const colors = (index: 2 | 3) => KINDS.map((kind) => `.${kind[0]} { fill: ${kind[index]} }`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 660 ${40 + results.length * row}" role="img">
<title>How long containers run, as a percentage of getRandom, and messages per request</title>
<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 } .name { text-anchor: end }
${colors(2).join(" ")}
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } ${colors(3).join(" ")} }
</style>
${[...legend, ...bars].join("\n")}
</svg>
`;
}

/** The light trace of bench/cloudflare/bench.py, which measures it with real containers. */
const LIGHT: Trace = {
  name: "the light trace of bench-cloudflare",
  rate: (time) => Number(time < 60),
  unknownPaths: 0,
  seconds: 200,
};
const REAL = {
  instances: 5,
  isolates: 1,
  duration: 0.01,
  longest: 0.1,
  start: 0.6,
  sleepAfter: 20,
};

const results: Result[] = [];
for (const trace of TRACES) results.push(await compare(trace));
writeFileSync(CHART, chart(results));
console.log(JSON.stringify([...results, await compare(LIGHT, REAL)]));
