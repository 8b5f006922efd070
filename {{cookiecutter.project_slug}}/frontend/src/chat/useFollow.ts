import { type RefObject, useEffect } from "react";

/** The page counts as scrolled to its end within this many pixels. */
const TOLERANCE = 4;

/** Whether the page is scrolled to its end. */
export function isAtEnd(): boolean {
  return scrollY + innerHeight >= document.documentElement.scrollHeight - TOLERANCE;
}

/**
 * Keeps the end of the page in view while content grows, until the reader scrolls up.
 *
 * @param content the element that grows.
 * @param key a new value scrolls to the end again.
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
