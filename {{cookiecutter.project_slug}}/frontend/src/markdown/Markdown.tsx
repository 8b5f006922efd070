import type { Links, MarkedToken, Token, Tokens } from "marked";
import { createElement, memo, useMemo } from "react";
import { CopyButton } from "../ui/CopyButton";
import { useModule } from "../ui/useModule";
import { Citations, Inline, type Pages } from "./Inline";
import { decode, parseBlocks, reveal } from "./parser";

const loadHighlight = () => import("./Highlight");

interface Props {
  text: string;
  /** Whether the text is complete. Until then, syntax open at its end is shown as if closed. */
  complete?: boolean;
  /** The pages that `[1]`, `[2]`, and so on lead to. */
  pages?: Pages;
}

/**
 * Renders Markdown as React elements. While the text grows, only blocks that change render again.
 * HTML is shown as text; links lead only to http, https, and mailto; images become links.
 */
export function Markdown({ text, complete = false, pages }: Props) {
  const tokens = parseBlocks(text, complete);
  const defined = JSON.stringify(tokens.links);
  const links = useMemo(
    () => Object.assign(Object.create(null), JSON.parse(defined)) as Links,
    [defined],
  );
  return (
    <div className="markdown">
      <Citations value={pages}>
        <Blocks tokens={tokens} links={links} open={!complete && !text.endsWith("\n\n")} />
      </Citations>
    </div>
  );
}

interface Context {
  links: Links;
  /** Whether the text may continue here. */
  open: boolean;
}

function Blocks({ tokens, links, open }: Context & { tokens: Token[] }) {
  const blocks = tokens.filter(({ type }) => !/^(?:space|def|checkbox)$/.test(type));
  return blocks.map((token, index) => (
    <Block
      // biome-ignore lint/suspicious/noArrayIndexKey: blocks are only ever added at the end
      key={index}
      token={token as MarkedToken}
      links={links}
      open={open && index === blocks.length - 1}
    />
  ));
}

const Block = memo(
  ({ token, ...context }: Context & { token: MarkedToken }) => {
    switch (token.type) {
      case "heading":
        return createElement(`h${token.depth}`, {}, <Inline text={token.text} {...context} />);
      case "hr":
        return <hr />;
      case "code": {
        const [language = ""] = decode(token.lang ?? "").split(/\s/, 1);
        return <Code text={reveal(token.text)} language={language} open={context.open} />;
      }
      case "blockquote":
        return <blockquote dir="auto">{Blocks({ ...context, tokens: token.tokens })}</blockquote>;
      case "list": {
        const start = token.ordered ? { start: Number(token.start) } : undefined;
        const items = Blocks({ ...context, tokens: token.items });
        return createElement(start ? "ol" : "ul", { dir: "auto", ...start }, items);
      }
      case "list_item":
        return (
          <li>
            {token.task && <Checkbox done={token.checked === true} />}
            {Blocks({ ...context, tokens: token.tokens })}
          </li>
        );
      case "table":
        return <Table {...context} table={token} />;
      case "paragraph":
        return (
          <p>
            <Inline text={token.text} {...context} />
          </p>
        );
      default: // the text of an item in a tight list, which gets no paragraph
        return <Inline text={"text" in token ? String(token.text) : token.raw} {...context} />;
    }
  },
  (a, b) =>
    a.token.type === b.token.type &&
    a.token.raw === b.token.raw &&
    (a.token as Tokens.ListItem).loose === (b.token as Tokens.ListItem).loose &&
    a.links === b.links &&
    a.open === b.open,
);

/** A block of code. The code that highlights it loads with the first complete block. */
function Code({ text, language, open }: { text: string; language: string; open: boolean }) {
  const highlighting = useModule(loadHighlight, language !== "" && !open);
  return (
    <figure>
      <figcaption>
        <span>{language}</span>
        <CopyButton text={text} label="Copy code" />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls the focused element */}
      <pre tabIndex={0}>
        <code>
          {highlighting ? <highlighting.Highlight text={text} language={language} /> : text}
        </code>
      </pre>
    </figure>
  );
}

function Checkbox({ done }: { done: boolean }) {
  return (
    <>
      <input type="checkbox" disabled checked={done} aria-label={done ? "Done" : "To do"} />{" "}
    </>
  );
}

function Table({ table, ...context }: Context & { table: Tokens.Table }) {
  const last = table.rows.length - 1;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls the focused element
    <div className="scroll" dir="auto" tabIndex={0}>
      <table>
        <thead>
          <Row {...context} open={context.open && last < 0} cells={table.header} />
        </thead>
        <tbody>
          {table.rows.map((cells, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows are only ever added at the end
            <Row key={index} {...context} open={context.open && index === last} cells={cells} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const Row = memo(
  ({ cells, ...context }: Context & { cells: Tokens.TableCell[] }) => (
    <tr>
      {cells.map(({ text, header, align }, key) =>
        createElement(
          header ? "th" : "td",
          { key, className: align === "left" ? undefined : (align ?? undefined) },
          <Inline text={text} {...context} />,
        ),
      )}
    </tr>
  ),
  (a, b) =>
    a.links === b.links &&
    a.open === b.open &&
    a.cells.length === b.cells.length &&
    a.cells.every((cell, index) => {
      const other = b.cells[index];
      return cell.text === other?.text && cell.align === other.align;
    }),
);
