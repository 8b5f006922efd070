import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import css from "highlight.js/lib/languages/css";
import go from "highlight.js/lib/languages/go";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { createLowlight } from "lowlight";
import { createElement, memo, type ReactNode } from "react";

const lowlight = createLowlight({
  ...{ bash, c, css, go, java, javascript, json, python, rust, sql, typescript, xml, yaml },
});

type Part = ReturnType<typeof lowlight.highlight>["children"][number];

/** Renders code as spans with highlight.js's classes, or as it is in an unknown language. */
export const Highlight = memo(({ text, language }: { text: string; language: string }) =>
  lowlight.registered(language) ? toSpans(lowlight.highlight(language, text).children) : text,
);

function toSpans(parts: Part[]): ReactNode[] {
  return parts.map((part, key) => {
    if (part.type !== "element") return "value" in part ? part.value : null;
    const className = [part.properties.className].flat().join(" ");
    return createElement("span", { key, className }, toSpans(part.children as Part[]));
  });
}
