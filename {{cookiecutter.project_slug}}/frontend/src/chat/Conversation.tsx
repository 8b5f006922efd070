import { Fragment, memo, useEffect, useRef } from "react";
import { useModule } from "../ui/useModule";
import { Answer, type TextView } from "./Answer";
import { Question } from "./Question";
import { useFollow } from "./scrolling";
import { isActive, type Conversation as State, type Turn as TurnState } from "./state";

const loadMarkdown = () => import("../markdown/Markdown");

interface Props {
  conversation: State;
  /** Asks a turn again, perhaps in other words. */
  onAsk: (index: number, prompt: string) => void;
}

/** The turns of a conversation. The page follows the last one. */
export function Conversation({ conversation: { turns, leftOut }, onAsk }: Props) {
  const section = useRef<HTMLElement>(null);
  const last = turns.at(-1)?.answer;
  const active = isActive(last);
  const Text = useModule(loadMarkdown, last?.startedAt)?.Markdown ?? PlainText;

  useFollow(section, last?.startedAt);

  useEffect(() => {
    // The clicked button (an example or Retry) is gone, so nothing has the focus.
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
              The conversation is too long: the questions and answers above are no longer sent.
            </p>
          )}
          <Turn
            turn={turn}
            Text={Text}
            isLast={index === turns.length - 1}
            onAsk={active ? undefined : onAsk}
          />
        </Fragment>
      ))}
    </section>
  );
}

interface TurnProps {
  turn: TurnState;
  Text: TextView;
  isLast: boolean;
  /** Undefined while an answer is in progress. */
  onAsk: Props["onAsk"] | undefined;
}

/** A prompt and its answer. */
const Turn = memo(({ turn: { id, prompt, answer }, Text, isLast, onAsk }: TurnProps) => (
  <article>
    <Question prompt={prompt} onEdit={onAsk && ((prompt) => onAsk(id, prompt))} />
    <Answer
      answer={answer}
      Text={Text}
      isLast={isLast}
      onRetry={onAsk && (() => onAsk(id, prompt))}
    />
  </article>
));

/** Shows a text until the code that formats it has loaded. */
function PlainText({ text }: { text: string }) {
  return <div className="plain">{text}</div>;
}
