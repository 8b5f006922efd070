/** The checks of `bun run doctor`. */

/** Looks for one kind of problem, and changes nothing. */
export interface Check {
  /** Checks that have to succeed first; otherwise this one is skipped. */
  after?: string[];
  /** The tasks that need it, if `bun run dev` and `bun run check` don't: its problems are notes. */
  neededBy?: string;
  /** Returns a sentence with a fix for each problem. */
  problems(): string[] | Promise<string[]>;
}

/** Checks by name, in the order in which they run. */
export type Checks = Record<string, Check>;
