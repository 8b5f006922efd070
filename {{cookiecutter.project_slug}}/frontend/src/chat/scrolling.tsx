import { type RefObject, useEffect, useState } from "react";
import { Icon } from "../ui/Icon";

/** The page counts as scrolled to its end within this many pixels. */
const TOLERANCE = 4;

/** Whether the page is scrolled to its end. */
function isAtEnd(): boolean {
  return scrollY + innerHeight >= document.documentElement.scrollHeight - TOLERANCE;
}

/**
 * Keeps the end of the page in view while an element grows, until the reader scrolls up. A new key
 * scrolls to the end again.
 */
export function useFollow(content: RefObject<HTMLElement | null>, key: unknown): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new key starts over
  useEffect(() => {
    if (!content.current) return;
    const page = document.documentElement;
    let follows = true;
    let position = scrollY;

    function onScroll() {
      follows = isAtEnd() || (follows && scrollY >= position);
      position = scrollY;
    }
    const observer = new ResizeObserver(() => {
      if (follows) scrollTo({ top: page.scrollHeight, behavior: "instant" });
    });

    observer.observe(content.current);
    addEventListener("scroll", onScroll, { passive: true });
    return () => {
      observer.disconnect();
      removeEventListener("scroll", onScroll);
    };
  }, [content, key]);
}

/** A button that scrolls to the newest text. It shows once the reader has scrolled up. */
export function NewestButton() {
  const [isBehind, setIsBehind] = useState(false);

  useEffect(() => {
    const update = () => setIsBehind(!isAtEnd());
    const observer = new ResizeObserver(update);
    observer.observe(document.body);
    addEventListener("scroll", update, { passive: true });
    return () => {
      observer.disconnect();
      removeEventListener("scroll", update);
    };
  }, []);

  if (!isBehind) return null;
  return (
    <button
      type="button"
      className="newest round card"
      aria-label="Scroll to the newest text"
      title="Scroll to the newest text"
      onClick={() => scrollTo({ top: document.documentElement.scrollHeight })}
    >
      <Icon path="M12 5v14M6 13l6 6 6-6" />
    </button>
  );
}
