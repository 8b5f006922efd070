// Measures the page's main-thread tasks in Chromium while an answer of 10,000 tokens streams.
//
//   bun bench/page/tasks.ts PROJECT
//
// Builds the page of an installed project and serves it with its own stream. The floor is the same page and stream
// without the Markdown code, so that the page shows plain text. Prints JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { CHROMIUM } from "../browser.ts";

const TOKENS = 10_000;
/** Milliseconds between tokens, at least. */
const PACE = 2;
/** The baseline: the first answer as plain text, which costs the same for every kind. */
const PLAIN = "plain";
const project = resolve(process.argv[2] ?? ".");
const dist = join(project, "dist/frontend");
const headers = JSON.parse(readFileSync(join(project, "frontend/security-headers.json"), "utf8"));

const SENTENCE =
  "Streaming **Markdown** is _harder_ than it looks: a `token` may end inside [a link](https://example.com/), a **bold word** or a fence. ";
const ROW = "| one | **two** | `three` | four and some more words |\n";
const CODE = "  for (const [key, value] of entries) console.log(key, '=', value);\n";

/** Kinds of answers; each part is repeated until there are enough tokens. */
const ANSWERS: Record<string, { start?: string; part: string }> = {
  "a mixed answer": {
    part: `## A heading

${SENTENCE.repeat(3)}

- One point: ${SENTENCE}
- Another point
  1. with a **nested** list
  2. in it

| a | b | c | d |
| --- | :-: | --: | --- |
${ROW.repeat(5)}
\`\`\`ts
${CODE.repeat(10)}\`\`\`

> ${SENTENCE}

`,
  },
  "one list": { part: `- ${SENTENCE}\n` },
  "one table": { start: "| a | b | c | d |\n| --- | :-: | --: | --- |\n", part: ROW },
  "one code block": { start: "```ts\n", part: CODE },
  "one paragraph": { part: SENTENCE },
};

/** Splits an answer into pieces of about four characters, as models do. */
function tokens({ start = "", part }: { start?: string; part: string }): string[] {
  const text = start + part.repeat((TOKENS * 4) / part.length + 1);
  return (text.match(/.{1,4}/gs) ?? []).slice(0, TOKENS);
}

let answer: string[] = [];

async function* stream() {
  for (const text of answer) {
    yield `data: ${JSON.stringify({ event: "token", text })}\n\n`;
    await Bun.sleep(PACE);
  }
  yield `data: ${JSON.stringify({ event: "done", tokens: TOKENS, usage: null })}\n\n`;
}

function respond({ url, method }: Request): Response {
  const { pathname } = new URL(url);
  if (method === "POST") {
    return new Response(stream as never, { headers: { "Content-Type": "text/event-stream" } });
  }
  if (pathname.startsWith("/api/")) return Response.json({ status: "ok" });
  return new Response(Bun.file(join(dist, pathname === "/" ? "index.html" : pathname)), { headers });
}

interface Task {
  /** Milliseconds from the task's start to its end. */
  wall: number;
  /** Milliseconds of its thread's CPU time, which doesn't depend on other processes. */
  cpu: number;
}

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  dur?: number;
  tdur?: number;
  args?: { name?: string };
}

/** Finds the main thread's tasks in a trace. */
function mainThreadTasks(trace: TraceEvent[]): Task[] {
  const main = trace.filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain");
  const busiest = main
    .map(({ pid, tid }) =>
      trace.filter((event) => event.pid === pid && event.tid === tid && event.name === "RunTask" && event.dur),
    )
    .toSorted((a, b) => b.length - a.length)[0];
  return (busiest ?? []).map(({ dur = 0, tdur = 0 }) => ({ wall: dur / 1000, cpu: tdur / 1000 }));
}

const { chromium } = createRequire(join(project, "e2e/package.json"))("@playwright/test");

/** Streams an answer to a new page and returns the main thread's tasks. */
async function measure(url: string, withMarkdown: boolean): Promise<Task[]> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    if (!withMarkdown) await page.route("**/Markdown-*.js", (route: { abort(): void }) => route.abort());
    await page.goto(url);
    await page.getByRole("textbox", { name: "Prompt" }).fill("Go on.");
    await browser.startTracing(page, { categories: ["disabled-by-default-devtools.timeline"] });
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("Done", { exact: true }).waitFor({ timeout: 180_000 });
    await page.waitForTimeout(500);
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
    const isMarkdown = (await page.locator(".markdown").count()) > 0;
    if (isMarkdown !== withMarkdown) throw new Error("The page didn't show the answer in the requested form.");
    const { length } = await page.getByTestId("answer").innerText();
    if (length < TOKENS) throw new Error(`The page shows only ${length} characters.`);
    return mainThreadTasks(traceEvents);
  } finally {
    await browser.close();
  }
}

const { success, stderr } = Bun.spawnSync(["bun", "run", "build"], { cwd: project, stderr: "pipe" });
if (!success) throw new Error(`The build failed: ${stderr}`);
const server = Bun.serve({ port: 0, hostname: "127.0.0.1", idleTimeout: 0, fetch: respond });

/** The cost of one answer's tasks. */
interface Shown {
  /** The longest task, in milliseconds of CPU time. */
  most: number;
  /** The number of tasks longer than 50 ms, in wall time. */
  longByClock: number;
  cpuPerToken: number;
}

function summary(tasks: Task[]): Shown {
  return {
    most: Math.max(...tasks.map(({ cpu }) => cpu)),
    longByClock: tasks.filter(({ wall }) => wall > 50).length,
    cpuPerToken: tasks.reduce((sum, { cpu }) => sum + cpu, 0) / TOKENS,
  };
}

const results: Record<string, Shown> = {};
for (const [name, parts] of Object.entries(ANSWERS)) {
  answer = tokens(parts);
  if (!results[PLAIN]) results[PLAIN] = summary(await measure(server.url.href, false));
  results[name] = summary(await measure(server.url.href, true));
}
server.stop(true);
console.log(JSON.stringify(results));
