import { createContext } from "react";

/** A page that a text cites. */
export interface Citation {
  title: string;
  href: string;
}

/** The pages for `[1]`, `[2]`, and so on, in this order; undefined where there is none. */
export const Citations = createContext<(Citation | undefined)[]>([]);
