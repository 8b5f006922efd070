import { createContext } from "react";

/** A page that a text cites. */
export interface Citation {
  title: string;
  href: string;
}

/** The pages for `[1]`, `[2]`, and so on, in this order; undefined for a source without a page. */
export const Citations = createContext<(Citation | undefined)[]>([]);
