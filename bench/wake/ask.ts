// Asks a question in the page, and prints the milliseconds from Send to the first text of the answer.
//
//   bun bench/wake/ask.ts PROJECT URL SECONDS
//
// The prompt gets the focus at once, and Send follows after SECONDS of typing.
import { launch, millisecondsToText } from "../browser.ts";

const [project = "", url = "", seconds = "0"] = process.argv.slice(2);

const browser = await launch(project);
const page = await browser.newPage();
await page.goto(url, { waitUntil: "networkidle" });
console.log(await millisecondsToText(page, "Why is the sky blue?", Number(seconds)));
await browser.close();
