import { CopyButton } from "../ui/CopyButton";
import { useModule } from "../ui/useModule";

const loadHighlight = () => import("./Highlight");

interface Props {
  text: string;
  /** The text after the fence, usually the name of the language. */
  language: string;
  /** Whether the text may continue: until it is complete, it isn't highlighted. */
  open: boolean;
}

/** Renders a block of code. The code that highlights it loads with the first complete block. */
export function Code({ text, language, open }: Props) {
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
