// Measures the time from Send to the first text, in the page and in a bare one, and counts requests on first load.
//
//   bun bench/app/first-text.ts PROJECT URL ROUNDS
//
// Prints the milliseconds of each round and the number of requests as JSON.
import { launch, millisecondsToText, type Page } from "../browser.ts";

const [project = "", url = "", rounds = "1"] = process.argv.slice(2);
/** One word, so that the answer ends at once. */
const QUESTION = "1 0";

/** The floor: a page that sends the prompt and appends the response unchanged. */
const BARE = `<!doctype html><title>bare</title>
<form><input aria-label="Prompt"></form>
<script>
document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const content = document.querySelector("input").value;
  document.body.insertAdjacentHTML("beforeend", '<div class="answer"><p data-testid="answer"></p></div>');
  const answer = document.querySelector(".answer:last-of-type p");
  const response = await fetch("/stream", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ messages: [{ role: "user", content }] }),
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    answer.append(read.value);
  }
});
</script>`;

async function openApp(page: Page): Promise<void> {
  await page.goto(url, { waitUntil: "networkidle" });
}

/** Opens the floor at the app's own address. Once it is open, no request is intercepted. */
async function openBare(page: Page): Promise<void> {
  const address = `${url}/bare`;
  const response = { contentType: "text/html", body: BARE };
  await page.route(address, (route) => route.fulfill(response));
  await page.goto(address, { waitUntil: "networkidle" });
  await page.unroute(address);
}

const browser = await launch(project);
/** Milliseconds of the first and the second question in a page. */
const times = { app: [] as number[], bare: [] as number[] };
const again = { app: [] as number[], bare: [] as number[] };
let requests = 0;

async function measure(kind: "app" | "bare"): Promise<void> {
  const page = await browser.newPage();
  let sent = 0;
  page.on("request", () => sent++);
  await (kind === "app" ? openApp(page) : openBare(page));
  if (kind === "app") requests = sent;
  times[kind].push(await millisecondsToText(page, QUESTION));
  if (kind === "app") await page.getByText("Done", { exact: true }).waitFor();
  again[kind].push(await millisecondsToText(page, QUESTION));
  await page.close();
}

for (let round = 0; round < Number(rounds); round++) {
  for (const kind of round % 2 ? (["app", "bare"] as const) : (["bare", "app"] as const)) {
    await measure(kind);
  }
}
await browser.close();
console.log(JSON.stringify({ times, again, requests }));
