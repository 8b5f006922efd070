import { useState } from "react";
import { Icon } from "./Icon";

const MOON = "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z";
const SUN =
  "M8 12a4 4 0 1 0 8 0 4 4 0 1 0-8 0M12 2v2m0 16v2M2 12h2m16 0h2M5 5l1 1m12 12 1 1M5 19l1-1M18 6l1-1";

function currentTheme(): string {
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  return document.documentElement.dataset.theme ?? (isDark ? "dark" : "light");
}

/** Switches between light and dark. `public/theme.js` applies the stored choice on load. */
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
