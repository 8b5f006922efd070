import { createContext } from "react";

/** A page that a text cites. */
export interface Citation {
  title: string;
  href: string;
}

/** What `[1]`, `[2]`, and so on stand for, in this order; undefined where there is no such page. */
export const Citations = createContext<(Citation | undefined)[]>([]);
