import { Fragment, memo, useEffect, useRef, useState } from "react";
import { Answer, type TextView } from "./Answer";
import { isActive, type Conversation as State, type Turn as TurnState } from "./state";
import { useFollow } from "./useFollow";

interface Props {
  conversation: State;
  onRetry: () => void;
}

/** The turns of a conversation. The page follows the last one. */
export function Conversation({ conversation: { turns, leftOut }, onRetry }: Props) {
  const section = useRef<HTMLElement>(null);
  const [Text, setText] = useState<TextView>(() => PlainText);
  const last = turns.at(-1)?.answer;
  const active = isActive(last);

  useFollow(section, last?.startedAt);

  useEffect(() => {
    import("../markdown/Markdown").then(({ Markdown }) => setText(() => Markdown), console.error);
  }, []);

  useEffect(() => {
    // The button that was clicked, an example or Retry, is gone, and the focus with it.
    if (active && document.activeElement === document.body) {
      section.current?.focus({ preventScroll: true });
    }
  }, [active]);

  return (
    <section className="conversation" aria-label="Conversation" ref={section} tabIndex={-1}>
      {turns.map((turn, index) => (
        <Fragment key={turn.id}>
          {index > 0 && index === leftOut && (
            <p className="left-out">
              The conversation is too long: what stands above is no longer sent.
            </p>
          )}
          <Turn
            turn={turn}
            Text={Text}
            onRetry={index === turns.length - 1 ? onRetry : undefined}
          />
        </Fragment>
      ))}
    </section>
  );
}

interface TurnProps {
  turn: TurnState;
  Text: TextView;
  onRetry: (() => void) | undefined;
}

/** A prompt with its answer. Only the last one can be asked again. */
const Turn = memo(({ turn: { prompt, answer }, ...others }: TurnProps) => (
  <article>
    <p className="question">{prompt}</p>
    <Answer answer={answer} {...others} />
  </article>
));

/** Shows a text until the code that formats it is there. */
function PlainText({ text }: { text: string }) {
  return <div className="plain">{text}</div>;
}
