/** Looks for a newer release of the template, for `bun run doctor --online`. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../lib/environment";
import { output } from "../lib/tools";
import type { Checks } from "./check";

/** The link that `cruft update` follows. */
const LINK = join(ROOT, ".cruft.json");

/** Returns the latest version among the tags `vX.Y.Z` that `git ls-remote` lists. */
function latest(tags: string): string | undefined {
  const versions = Array.from(tags.matchAll(/refs\/tags\/v(\d+\.\d+\.\d+)$/gm), ([, v]) => v ?? "");
  return versions.toSorted(Bun.semver.order).at(-1);
}

/** Whether a commit of a repository contains a tag; only commits are downloaded. */
function contains(template: string, commit: string, tag: string): boolean {
  const clone = mkdtempSync(join(tmpdir(), "template-"));
  output("git", "clone", "--quiet", "--bare", "--filter=tree:0", "--", template, clone);
  const found = output("git", "-C", clone, "merge-base", "--is-ancestor", tag, commit);
  rmSync(clone, { recursive: true });
  return found !== undefined;
}

function releaseProblems(): string[] {
  if (!existsSync(LINK)) return [];
  const { template, commit } = JSON.parse(readFileSync(LINK, "utf8"));
  const tags = output("git", "ls-remote", "--tags", "--", template);
  if (tags === undefined) return [`The template can't be asked for releases: ${template}`];
  const version = latest(tags);
  if (!version || contains(template, commit, `v${version}`)) return [];
  return [`v${version} of the template is out: \`uvx cruft update --checkout v${version}\`.`];
}

/** The check of the template. */
export const template: Checks = { template: { problems: releaseProblems } };
