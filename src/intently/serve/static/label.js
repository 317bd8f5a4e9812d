// Keys of the labelling page: 1 2 3 answer, 0 cannot tell, U takes the last answer back, N opens the note.
(() => {
  "use strict";
  const find = (selector) => document.querySelector(selector);
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest("input, textarea, select");
    if (typing && event.key === "Escape") { typing.blur(); find("#ask-text")?.focus(); }
    if (typing) return;
    const key = event.key.toLowerCase();
    const button = /^[0-9]$/.test(key) ? find(`[data-key="${key}"]`) : key === "u" ? find("#undo:not(:disabled)") : null;
    if (button) { event.preventDefault(); button.click(); }
    if (key === "n" && find(".less details")) { event.preventDefault(); find(".less details").open = true; find("#note").focus(); }
  });

  // Whoever answers by key hears the next question. On a phone the screen stays at the question while the subject is the
  // same, and begins at the top of the next subject.
  let before = null;
  document.addEventListener("htmx:before:request", () => { before = find(".desk")?.dataset.subject ?? ""; });
  document.addEventListener("htmx:after:swap", () => {
    if (before === null) return;
    const same = before === find(".desk")?.dataset.subject;
    before = null;
    find("#ask-text")?.focus({ preventScroll: true });
    const panel = find(".ask-panel");
    if (!panel || getComputedStyle(panel).position !== "static") return;
    if (same) panel.scrollIntoView({ block: "nearest" });
    else find(".strip").scrollIntoView({ block: "start" });
  });
})();
