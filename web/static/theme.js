// Before the first paint, so that a dark page never flashes white. A file of its own, because the CSP allows no inline script.
try {
  const chosen = localStorage.getItem("runlight.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {}
