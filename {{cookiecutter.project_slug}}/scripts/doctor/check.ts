/** What a check of `bun run doctor` is. */

/** Looks for one kind of problem, and changes nothing. */
export interface Check {
  /** The checks whose problems would cause this one's; it is left out if they have any. */
  after?: string[];
  /** What needs it, if `bun run dev` and `bun run check` do not: a problem is then only noted. */
  neededBy?: string;
  /** Returns a sentence with a fix for each problem. */
  problems(): string[] | Promise<string[]>;
}

/** Checks by name, in the order in which they run. */
export type Checks = Record<string, Check>;
