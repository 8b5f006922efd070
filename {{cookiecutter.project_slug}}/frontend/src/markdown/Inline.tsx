import type { SyntaxNode } from "@lezer/common";
import { createContext, Fragment, memo, type ReactNode, use } from "react";
import {
  completeInline,
  decodeEntity,
  parseInline,
  referenceKey,
  safeHref,
  splitInline,
} from "./parser";

/** The addresses that the whole text defines for its links, by `referenceKey`. */
export const Definitions = createContext<ReadonlyMap<string, string>>(new Map());

const InsideLink = createContext(false);

/** How deep emphasis and links may be nested before they are shown as they were written. */
const MAX_DEPTH = 16;

interface Props {
  source: string;
  /** Whether the text may go on here. */
  open: boolean;
}

/** Shows the content of a block: emphasis, code, links and so on. */
export function Inline({ source, open }: Props) {
  const pieces = splitInline(source);
  return pieces.map((piece, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces are only ever added
    <Piece key={index} source={piece} open={open && index === pieces.length - 1} />
  ));
}

const Piece = memo(({ source, open }: Props) => {
  const text = open ? completeInline(source) : source;
  const { topNode } = parseInline(text);
  return renderRange(text, topNode, 0, text.length, 0);
});

/** Renders a part of a node: its text, and the nodes in it. */
function renderRange(
  source: string,
  parent: SyntaxNode,
  from: number,
  to: number,
  depth: number,
): ReactNode[] {
  const parts: ReactNode[] = [];
  let position = from;
  for (let node = parent.childAfter(from); node && node.from < to; node = node.nextSibling) {
    if (node.from > position) parts.push(source.slice(position, node.from));
    parts.push(<Fragment key={node.from}>{renderNode(source, node, depth)}</Fragment>);
    position = node.to;
  }
  if (position < to) parts.push(source.slice(position, to));
  return parts;
}

function renderNode(source: string, node: SyntaxNode, depth: number): ReactNode {
  const { name, from, to } = node;
  const written = source.slice(from, to);
  if (depth > MAX_DEPTH) return written;
  const children = (start = from, end = to) => renderRange(source, node, start, end, depth + 1);
  switch (name) {
    case "Paragraph":
      return children();
    case "Emphasis":
      return <em>{children()}</em>;
    case "StrongEmphasis":
      return <strong>{children()}</strong>;
    case "Strikethrough":
      return <del>{children()}</del>;
    case "EmphasisMark":
    case "StrikethroughMark":
      return null;
    case "InlineCode": {
      const [open, close] = node.getChildren("CodeMark");
      const code = source.slice(open?.to, close?.from).replaceAll("\n", " ");
      return <code>{/^ .*\S.* $/.test(code) ? code.slice(1, -1) : code}</code>;
    }
    case "Escape":
      return written.slice(1);
    case "Entity":
      return decodeEntity(written);
    case "HardBreak":
      return <br />;
    case "URL":
      return <Link url={withScheme(written)}>{written}</Link>;
    case "Autolink":
      return <Link url={withScheme(written.slice(1, -1))}>{written.slice(1, -1)}</Link>;
    case "Shortcut": {
      const label = source.slice(from + 1, to - 1);
      return <Reference label={label}>{children(from + 1, to - 1)}</Reference>;
    }
    case "Image":
    case "Link": {
      const [open, close, ...address] = node.getChildren("LinkMark");
      if (!open || !close) return written;
      const text = children(open.to, close.from);
      if (address.length > 0) {
        const url = node.getChildren("URL").find((child) => child.from > close.from);
        const href = url ? source.slice(url.from, url.to) : "";
        return <Link url={href}>{text.length > 0 ? text : href}</Link>;
      }
      const label = node.getChild("LinkLabel");
      const explicit = label ? source.slice(label.from + 1, label.to - 1) : "";
      return (
        <Reference label={explicit || source.slice(open.to, close.from)} explicit={explicit}>
          {text}
        </Reference>
      );
    }
    default: // HTML
      return written;
  }
}

/** The address of a link that is written as nothing but its address. */
function withScheme(written: string): string {
  if (/^www\./i.test(written)) return `https://${written}`;
  return /^[\w.+-]+@/.test(written) ? `mailto:${written}` : written;
}

function Link({ url, children }: { url: string; children: ReactNode }) {
  const href = safeHref(url);
  if (use(InsideLink) || !href) return children;
  return (
    <InsideLink value={true}>
      <a href={href} target="_blank" rel="noreferrer noopener">
        {children}
      </a>
    </InsideLink>
  );
}

interface ReferenceProps {
  label: string;
  /** The label, if it was written after the text, as in `[text][label]`. */
  explicit?: string;
  children: ReactNode;
}

/** A link whose address is defined elsewhere, or what was written if it is not. */
function Reference({ label, explicit, children }: ReferenceProps) {
  const url = use(Definitions).get(referenceKey(label));
  if (url !== undefined) return <Link url={url}>{children}</Link>;
  return (
    <>
      [{children}]{explicit && `[${explicit}]`}
    </>
  );
}
