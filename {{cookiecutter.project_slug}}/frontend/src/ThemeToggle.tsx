import { useState } from "react";
import { Icon } from "./Icon";

type Theme = "light" | "dark";

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
      <Icon name={other === "light" ? "sun" : "moon"} />
    </button>
  );
}
