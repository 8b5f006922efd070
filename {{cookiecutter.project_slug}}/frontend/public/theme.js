// Runs before the first paint, so that a chosen theme does not flash. It is a file of its own
// because the content security policy allows no inline script.
try {
  const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked: the system's theme stays.
}
