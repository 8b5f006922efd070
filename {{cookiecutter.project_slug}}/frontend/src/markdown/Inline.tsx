import type { Links, MarkedToken, Token } from "marked";
import { createContext, createElement, Fragment, memo, type ReactNode, use, useMemo } from "react";
import { completeInline, decode, MAX_PIECE, parseInline, pieceEnd, reveal } from "./parser";

/** The pages for `[1]`, `[2]`, and so on, in this order; undefined for a source without a page. */
export type Pages = ({ title: string; href: string } | undefined)[];

/** The pages that the text cites. */
export const Citations = createContext<Pages | undefined>(undefined);

interface Props {
  text: string;
  /** The links that the whole text defines, by their labels. */
  links: Links;
  /** Whether the text may continue at its end. */
  open: boolean;
}

/** Renders the content of a block: emphasis, code, links, and so on. */
export const Inline = memo(({ text, links, open }: Props) => {
  const start = text.slice(0, MAX_PIECE + 1);
  const end = useMemo(() => pieceEnd(start, links), [start, links]);
  const isLast = end === text.length;
  return (
    <>
      <Piece text={text.slice(0, end)} links={links} open={open && isLast} />
      {!isLast && <Inline text={text.slice(end)} links={links} open={open} />}
    </>
  );
});

const Piece = memo(({ text, links, open }: Props) =>
  renderTokens(parseInline(open ? completeInline(text) : text, links)),
);

function renderTokens(tokens: Token[], insideLink = false): ReactNode[] {
  return tokens.map((token, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: nothing else identifies a token
    <Fragment key={index}>{renderToken(token as MarkedToken, insideLink)}</Fragment>
  ));
}

function renderToken(token: MarkedToken, insideLink: boolean): ReactNode {
  switch (token.type) {
    case "text":
      return insideLink ? decode(token.raw) : <Cited text={decode(token.raw)} />;
    case "em":
    case "strong":
    case "del":
      return createElement(token.type, {}, renderTokens(token.tokens, insideLink));
    case "br":
      return <br />;
    case "codespan":
      return <code>{reveal(token.text)}</code>;
    case "link":
    case "image": {
      const url = decode(token.raw.startsWith("www.") ? `https://${token.text}` : token.href);
      const text = token.text === "" ? url : renderTokens(token.tokens, true);
      return insideLink ? text : <Link url={url}>{text}</Link>;
    }
    case "html":
      return /^<br\s*\/?>$/i.test(token.raw) ? <br /> : reveal(token.raw);
    default: // an escaped character
      return reveal("text" in token ? String(token.text) : token.raw);
  }
}

/** A text in which citations such as `[1]` lead to the pages with those numbers. */
function Cited({ text }: { text: string }) {
  const pages = use(Citations);
  if (!pages?.length) return text;
  return text.split(/(\[\d+\])/).map((part, index) => {
    const number = index % 2 ? Number(part.slice(1, -1)) : 0;
    const page = pages[number - 1];
    if (!page) return part;
    return (
      <a
        // biome-ignore lint/suspicious/noArrayIndexKey: nothing else identifies a citation
        key={index}
        className="citation"
        href={page.href}
        title={page.title}
        aria-label={`Source ${number}: ${page.title}`}
        target="_blank"
        rel="noreferrer noopener"
      >
        {part}
      </a>
    );
  });
}

/** A link, or only its text if the page may not open its address. */
function Link({ url, children }: { url: string; children: ReactNode }) {
  const written = encodeURI(url.replace(/\p{Surrogate}/gu, "\ufffd")).replaceAll("%25", "%");
  const { protocol = "", href } = URL.canParse(written) ? new URL(written) : {};
  if (!/^(?:https?|mailto):$/.test(protocol)) return children;
  return (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  );
}
