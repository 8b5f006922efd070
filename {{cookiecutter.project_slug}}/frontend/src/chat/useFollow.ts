import { type RefObject, useEffect } from "react";

/** How far from the end of the page, in pixels, still counts as there. */
const TOLERANCE = 4;

/** Whether the page is scrolled to its end. */
export function isAtEnd(): boolean {
  return scrollY + innerHeight >= document.documentElement.scrollHeight - TOLERANCE;
}

/**
 * Keeps the end of the page in view while content grows, until the reader scrolls up.
 *
 * @param content what grows.
 * @param key a change of it goes to the end again.
 */
export function useFollow(content: RefObject<HTMLElement | null>, key: unknown): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key starts it anew
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
