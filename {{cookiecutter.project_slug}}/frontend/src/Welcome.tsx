import { description, displayName } from "../../package.json";

const EXAMPLES = [
  "How does a rainbow form?",
  "Compare three ways to brew coffee in a table.",
  "Write a Python function that finds prime numbers.",
];

/** What the page shows before the first prompt: the app's name, and examples to choose from. */
export function Welcome({ onChoose }: { onChoose: (prompt: string) => void }) {
  return (
    <section className="welcome">
      <h1>{displayName}</h1>
      <p>{description}</p>
      <ul>
        {EXAMPLES.map((example) => (
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
