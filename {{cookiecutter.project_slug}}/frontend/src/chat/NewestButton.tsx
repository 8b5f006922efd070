import { useEffect, useState } from "react";
import { Icon } from "../ui/Icon";
import { isAtEnd } from "./useFollow";

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
