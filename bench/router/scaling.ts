/**
 * Simulates the router that ships at many sizes and loads, and prints tables in Markdown.
 *
 *     bun bench/router/scaling.ts     # a minute
 */
import {
  type Measurement,
  type Scenario,
  simulate,
  steady,
} from "../../{{cookiecutter.project_slug}}/worker/test/simulation";

/** Where much runs, a shorter time tells as much. */
const LARGE: Partial<Scenario> = { sleepAfter: 120, from: 200, until: 260 };

const HEADINGS = [
  "messages",
  "p99",
  "first",
  "overfilled",
  "in vain",
  "misplaced",
  "notices",
  "awake",
  "fewest",
  "failed",
];

/** Marks with bold what is beyond a bound. */
function bounded(value: number, most: number, text: string): string {
  return value <= most ? text : `**${text}**`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function cells(measured: Measurement): string[] {
  const { messages, first, overfilled, overfilledInVain, misplaced, notices } = measured;
  const { awake, fewest, failed } = measured;
  return [
    bounded(messages.mean, 1.3, messages.mean.toFixed(2)),
    bounded(messages.p99, 4, String(messages.p99)),
    bounded(first, 5, String(first)),
    bounded(overfilled, 0.005, percent(overfilled)),
    percent(overfilledInVain),
    percent(misplaced),
    notices.toFixed(2),
    bounded(awake, 1.25 * fewest + 2, awake.toFixed(1)),
    String(fewest),
    String(failed),
  ];
}

function print(title: string, headings: string[], rows: string[][]): void {
  const line = (columns: string[]) => `| ${columns.join(" | ")} |`;
  console.log(`\n## ${title}\n`);
  console.log([line(headings), line(headings.map(() => "---")), ...rows.map(line)].join("\n"));
}

async function sizes(): Promise<string[][]> {
  const rows: string[][] = [];
  for (const instances of [3, 10, 100, 1000]) {
    for (const isolates of [1, 10, 200]) {
      for (const load of [0.01, 0.1, 0.5, 0.95, 1.1]) {
        const scenario = { instances, isolates, ...(instances === 1000 ? LARGE : {}) };
        const measured = await simulate({ ...scenario, rate: steady(load, scenario) });
        rows.push([`${instances}`, `${isolates}`, percent(load), ...cells(measured)]);
      }
    }
  }
  return rows;
}

const CONDITIONS: Record<string, Partial<Scenario>> = {
  "requests of a second": { instances: 100, isolates: 10, duration: 1, longest: 30, until: 480 },
  "requests of a minute": { instances: 100, isolates: 200, duration: 60, longest: 600 },
  "each isolate sends one in two minutes": {
    isolates: 200,
    duration: 60,
    longest: 600,
    until: 3600,
  },
  "messages of 50 ms": { instances: 100, isolates: 200, latency: [0.05, 0.05] },
  "a message in 20 is lost": { instances: 100, isolates: 200, lost: 0.05 },
  "instance 0 cannot start": { instances: 10, isolates: 10, broken: [0] },
  "instance 7 cannot start": { instances: 100, isolates: 200, broken: [7] },
};

async function conditions(): Promise<string[][]> {
  const rows: string[][] = [];
  for (const [name, scenario] of Object.entries(CONDITIONS)) {
    const load = scenario.broken?.[0] === 0 ? 0.3 : 0.5;
    rows.push([name, ...cells(await simulate({ ...scenario, rate: steady(load, scenario) }))]);
  }
  return rows;
}

/** Few instances near their limit: what they tell each other is as old as a message takes. */
async function few(): Promise<string[][]> {
  const rows: string[][] = [];
  for (const instances of [3, 4, 5]) {
    for (const milliseconds of [5, 50]) {
      for (const isolates of [1, 200]) {
        for (const load of [0.8, 0.95, 1.1]) {
          const latency: Scenario["latency"] = [milliseconds / 1000, milliseconds / 1000];
          const scenario = { instances, isolates, latency, until: 2000 };
          const measured = await simulate({ ...scenario, rate: steady(load, scenario) });
          const condition = [`${instances}`, `${milliseconds} ms`, `${isolates}`, percent(load)];
          rows.push([...condition, ...cells(measured)]);
        }
      }
    }
  }
  return rows;
}

/** An overload of 130 % that ends at once: the minutes from then on. */
async function ends(): Promise<string[][]> {
  const rows: string[][] = [];
  for (const [instances, isolates] of [
    [3, 10],
    [10, 10],
    [10, 200],
    [100, 200],
  ] as const) {
    for (const minute of [0, 1, 2]) {
      const from = 420 + 60 * minute;
      const scenario = { instances, isolates, from, until: from + 60 };
      const full = steady(1, scenario);
      const rate = (time: number) => full(time) * (time < 420 ? 1.3 : 0.8);
      const measured = await simulate({ ...scenario, rate });
      rows.push([`${instances}`, `${isolates}`, `${minute + 1}`, ...cells(measured)]);
    }
  }
  return rows;
}

/** Load that falls to a tenth; measured once the longest request and the time until sleep passed. */
async function falls(): Promise<string[][]> {
  const rows: string[][] = [];
  for (const [instances, isolates] of [
    [10, 10],
    [100, 1],
    [100, 200],
    [1000, 200],
  ] as const) {
    const longest = 120;
    const fall = 420;
    const from = fall + 600 + longest;
    const scenario = { instances, isolates, longest, sleepAfter: 600, from, until: from + 60 };
    const before = steady(0.6, scenario);
    const rate = (time: number) => (time < fall ? before(time) : before(time) / 10);
    const measured = await simulate({ ...scenario, rate });
    const { messages, awakeAtEnd, fewestAtPeak } = measured;
    const awake = bounded(awakeAtEnd, 1.5 * fewestAtPeak, `${awakeAtEnd}`);
    rows.push([`${instances}`, `${isolates}`, messages.mean.toFixed(2), awake, `${fewestAtPeak}`]);
  }
  return rows;
}

/** Load that rises from nothing to 80 % within a minute. */
async function rises(): Promise<string[][]> {
  const rows: string[][] = [];
  for (const [instances, isolates] of [
    [10, 10],
    [100, 1],
    [100, 200],
  ] as const) {
    const scenario = { instances, isolates, from: 0, until: 90 };
    const measured = await simulate({ ...scenario, rate: steady(0.8, scenario) });
    rows.push([`${instances}`, `${isolates}`, ...cells(measured)]);
  }
  return rows;
}

print("Sizes and loads", ["instances", "isolates", "load", ...HEADINGS], await sizes());
print(
  "Few instances, and how long a message takes",
  ["instances", "messages take", "isolates", "load", ...HEADINGS],
  await few(),
);
print(
  "Load of 130 % that falls to 80 % at once",
  ["instances", "isolates", "minute", ...HEADINGS],
  await ends(),
);
print("Conditions, at half load", ["condition", ...HEADINGS], await conditions());
print("Load that rises to 80 % in a minute", ["instances", "isolates", ...HEADINGS], await rises());
print(
  "Load that fell to a tenth",
  ["instances", "isolates", "messages", "awake", "fewest at the peak"],
  await falls(),
);
