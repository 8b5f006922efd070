import { questions } from "../../backend/app/chat/examples.json";
import { description, displayName } from "../../package.json";

/** The page before the first prompt: the app's name, and questions to choose from. */
export function Welcome({ onChoose }: { onChoose: (prompt: string) => void }) {
  return (
    <section className="welcome">
      <h1>{displayName}</h1>
      <p>{description}</p>
      <ul>
        {questions.map((example) => (
          <li key={example}>
            <button type="button" className="example card" onClick={() => onChoose(example)}>
              {example}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
