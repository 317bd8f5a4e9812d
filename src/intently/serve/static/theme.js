// The theme of every page. Runs before the first paint, so that a chosen one does not flash; the button that changes it is
// labelled when it is there.
(() => {
  const root = document.documentElement;
  let chosen = null;
  try { chosen = localStorage.getItem("intently.theme"); } catch { /* storage is off: the system decides */ }
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  const label = () => document.querySelector(".theme")?.setAttribute("aria-pressed", String(dark()));
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.(".theme")) return;
    root.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.setItem("intently.theme", root.dataset.theme); } catch { /* storage is off */ }
    label();
  });
  document.addEventListener("DOMContentLoaded", label);
})();
