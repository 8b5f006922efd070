/**
 * What a day of four kinds of traffic costs, with the router that ships and with `getRandom`.
 *
 *     bun bench/router/cost.ts
 *
 * Prints container-seconds and a table in Markdown as JSON, and draws the chart of docs/cloudflare.md.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type Scenario,
  simulate,
} from "../../{{cookiecutter.project_slug}}/worker/test/simulation";
import prices from "./prices.json";

const CHART = fileURLToPath(
  new URL("../../{{cookiecutter.project_slug}}/docs/cloudflare-cost.svg", import.meta.url),
);

const HOUR = 3600;
const DAY = 24 * HOUR;
const INSTANCES = 20;

/**
 * One second of an idle `basic` container, in dollars: 1 GiB of memory and 4 GB of disk. CPU is
 * billed as used, so it costs the same on both sides.
 */
const SECOND = 1 * prices.memory["GiB-second"] + 4 * prices.disk["GB-second"];

/** Ten requests in the first five minutes of each hour. */
const visits = (time: number) => (time % HOUR < 300 ? 10 / 300 : 0);

interface Trace {
  name: string;
  rate: Scenario["rate"];
  /** What reaches `getRandom` beyond that: it asks a container whether a path exists. */
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

async function containerSeconds(trace: Trace, changes: Partial<Scenario>): Promise<number> {
  const measured = await simulate({
    instances: INSTANCES,
    rate: trace.rate,
    sleepAfter: 600,
    from: 0,
    until: trace.seconds,
    ...changes,
  });
  return measured.containerSeconds;
}

interface Result {
  name: string;
  ours: number;
  theirs: number;
}

async function compare(trace: Trace): Promise<Result> {
  const ours = await containerSeconds(trace, {});
  const theirs = await containerSeconds(trace, {
    rate: (time) => trace.rate(time) + trace.unknownPaths,
    choose: (random) => Math.floor(random() * INSTANCES),
  });
  return { name: trace.name, ours, theirs };
}

function chart(results: Result[]): string {
  const [left, width, row] = [150, 420, 56];
  const bars = results.map(({ name, ours, theirs }, index) => {
    const top = 46 + index * row;
    const length = Math.max(2, (width * ours) / theirs);
    const share = `${Math.round((100 * ours) / theirs)} %`;
    return `<text class="name" x="${left - 10}" y="${top + 19}">${name}</text>
<rect class="theirs" x="${left}" y="${top}" width="${width}" height="12" rx="2"/>
<rect class="ours" x="${left}" y="${top + 16}" width="${length.toFixed(1)}" height="12" rx="2"/>
<text x="${(left + length + 8).toFixed(1)}" y="${top + 26}">${share}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 ${46 + results.length * row}" role="img">
<title>Time that containers run, in percent of what getRandom keeps awake</title>
<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 } .name { text-anchor: end }
.theirs { fill: #c8ccd1 } .ours { fill: #d9480f }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .theirs { fill: #484f58 } .ours { fill: #ff8b5a } }
</style>
<rect class="theirs" x="${left}" y="10" width="12" height="12" rx="2"/><text x="${left + 18}" y="21">getRandom</text>
<rect class="ours" x="${left + 120}" y="10" width="12" height="12" rx="2"/><text x="${left + 138}" y="21">this template</text>
${bars.join("\n")}
</svg>
`;
}

function table(results: Result[]): string {
  const lines = results.map(({ name, ours, theirs }) => {
    const dollars = [ours, theirs].map((seconds) => `$${(seconds * SECOND).toFixed(2)}`);
    const seconds = [ours, theirs].map((number) => Math.round(number).toLocaleString("en"));
    return `| ${[name, ...seconds, (ours / theirs).toFixed(2), ...dollars].join(" | ")} |`;
  });
  return [
    "| trace | container-seconds | `getRandom` | ratio | dollars | `getRandom` |",
    "| --- | --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

/** The light trace of bench/cloudflare/bench.py, which is measured there with real containers. */
const LIGHT: Partial<Scenario> = {
  instances: 5,
  isolates: 1,
  duration: 0.01,
  longest: 0.1,
  start: 0.6,
  sleepAfter: 20,
  rate: (time) => Number(time < 60),
  from: 0,
  until: 200,
};

async function lightTrace(): Promise<Result> {
  const ours = await simulate(LIGHT);
  const theirs = await simulate({ ...LIGHT, choose: (draw) => Math.floor(draw() * 5) });
  const name = "the light trace of bench-cloudflare";
  return { name, ours: ours.containerSeconds, theirs: theirs.containerSeconds };
}

const results: Result[] = [];
for (const trace of TRACES) results.push(await compare(trace));
writeFileSync(CHART, chart(results));
console.log(JSON.stringify({ results: [...results, await lightTrace()], table: table(results) }));
