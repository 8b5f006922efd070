import { useState } from "react";
import { Icon } from "./Icon";

type Theme = "light" | "dark";

const MOON = "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z";
const SUN =
  "M8 12a4 4 0 1 0 8 0 4 4 0 1 0-8 0M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5";

function currentTheme(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Switches between light and dark. The choice is kept; `public/theme.js` applies it on load. */
export function ThemeToggle() {
  const [theme, setTheme] = useState(currentTheme);
  const other = theme === "light" ? "dark" : "light";

  function toggle() {
    document.documentElement.dataset.theme = other;
    try {
      localStorage.setItem("theme", other);
    } catch {
      // Storage is blocked: the choice lasts until the page is closed.
    }
    setTheme(other);
  }

  return (
    <button type="button" className="round" onClick={toggle} aria-label={`Use the ${other} theme`}>
      <Icon path={other === "light" ? SUN : MOON} />
    </button>
  );
}
