// What htmx cannot do: focus, recall of sentences, impressions. Everything else is HTML.
(() => {
  "use strict";
  const find = (selector) => document.querySelector(selector);
  const box = () => find("#say");
  const keep = (key, value) => { try { sessionStorage.setItem(key, value); } catch { /* storage is off */ } };
  const kept = (key) => { try { return sessionStorage.getItem(key); } catch { return null; } };

  // The clock by which "tonight" ends is that of whoever types it
  const clock = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (clock) document.cookie = `intently_zone=${clock};path=/;max-age=31536000;samesite=strict`;

  // Who deletes what is kept of them leaves nothing in the browser either
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form.erase")) keep("intently.said", "[]");
  });

  // Sentences said before: arrow up and down in the box
  let said = [];
  try { said = JSON.parse(kept("intently.said") || "[]"); } catch { said = []; }
  let at = said.length;
  const remember = (text) => {
    if (text && said.at(-1) !== text) said = [...said, text].slice(-50);
    at = said.length;
    keep("intently.said", JSON.stringify(said));
  };
  document.addEventListener("keydown", (event) => {
    const input = box();
    if (event.key === "/" && input && !event.target.closest("input, textarea, select, dialog[open]")) {
      event.preventDefault();
      input.focus();
      input.select();
    }
    if (event.key === "Escape") {
      const open = find("details.person[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); }
      else if (find(".preview") && !find(":popover-open, dialog[open]")) discard();
    }
    if (event.key === "Enter" && event.altKey && event.target === input) {
      event.preventDefault();
      find(".peek").click();
    }
    if (event.target !== input || !["ArrowUp", "ArrowDown"].includes(event.key) || !said.length) return;
    event.preventDefault();
    at = Math.max(0, Math.min(said.length, at + (event.key === "ArrowUp" ? -1 : 1)));
    input.value = said[at] ?? "";
    input.setSelectionRange(input.value.length, input.value.length);
  });
  document.addEventListener("click", (event) => {
    const open = find("details.person[open]");
    if (open && !open.contains(event.target)) open.open = false;
  });

  // A preview takes the focus to Apply; discarding it leads back to the box, where the sentence still is
  const discard = () => {
    find("#preview").replaceChildren();
    find("#told").textContent = "Preview discarded. Nothing has changed.";
    box()?.focus();
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-discard]")) { event.preventDefault(); discard(); }
    const example = event.target.closest?.("[data-example]");
    if (!example) return;
    event.preventDefault();
    find("#help").hidePopover();
    box().value = example.value;
    box().focus();
  });

  // A correction hands the focus to what stands in its place: the next of the same kind, else the page's beginning
  const KINDS_OF_CORRECTION = [".want .not-me", ".strand header .not-me", ".disowned button"];
  const correctedAt = (from) => {
    if (!from.matches?.("form.correct")) return null;
    const button = from.querySelector("button");
    const kind = KINDS_OF_CORRECTION.find((selector) => button.matches(selector));
    return { kind, at: [...document.querySelectorAll(kind)].indexOf(button) };
  };

  // Focus: the box keeps it; a changed chip keeps it; a removed chip hands it to its neighbour
  let chipAt = -1;
  let changed = null;
  let peeked = false;
  let corrected = null;
  document.addEventListener("htmx:before:request", (event) => {
    const from = event.detail.ctx.sourceElement;
    corrected = correctedAt(from);
    peeked = Boolean(from.matches?.(".peek"));
    changed = from.matches?.(".chip form[action*='/page/revise']") ? from.closest(".chip").dataset.preference : null;
    chipAt = from.closest?.(".chip") ? [...document.querySelectorAll(".chip")].indexOf(from.closest(".chip")) : -1;
  });
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    const spoke = ctx.sourceElement.matches?.("form.ask, .tries form, form.apply") && ctx.response.status < 400;
    if (!spoke) return;
    remember(String(new URLSearchParams(ctx.request.body).get("text") || "").trim());
    const input = box();
    if (input && ctx.sourceElement.matches("form.ask, form.apply")) { input.value = ""; input.focus(); }
  });
  document.addEventListener("htmx:after:swap", () => {
    if (changed) {
      const chip = [...document.querySelectorAll(".chip")].find(({ dataset }) => dataset.preference === changed);
      (chip?.querySelector(".chip-open") || box())?.focus();
      changed = null;
    } else if (peeked && find("#apply")) {
      find("#apply").focus();
      peeked = false;
    } else if (chipAt >= 0) {
      const crosses = document.querySelectorAll(".chip .cross");
      (crosses[Math.min(chipAt, crosses.length - 1)] || box())?.focus();
      chipAt = -1;
    }
    if (corrected) {
      const left = document.querySelectorAll(corrected.kind);
      (left[Math.min(corrected.at, left.length - 1)] || find("#inferred"))?.focus();
      corrected = null;
    }
    watch();
    fold();
    const sheet = find("dialog.item");
    if (sheet && sheet.firstElementChild && !sheet.open) sheet.showModal();
  });
  document.addEventListener("close", (event) => { if (event.target.matches("dialog.item")) event.target.replaceChildren(); }, true);
  document.addEventListener("click", (event) => {
    const sheet = event.target.closest?.("dialog.item");
    if (sheet && (event.target === sheet || event.target.closest("[data-close]"))) sheet.close();
  });

  // A request that never reached the server
  document.addEventListener("htmx:error", () => {
    const notices = find("#notices");
    if (!notices || navigator.onLine === undefined) return;
    const line = document.createElement("p");
    line.className = "notice fault";
    line.textContent = "The server did not answer. Is it still running? Try again in a moment.";
    notices.replaceChildren(line);
  });

  // The command zone draws its line only when it sticks
  const zone = find(".command");
  if (zone) new IntersectionObserver(([entry]) => zone.classList.toggle("stuck", entry.intersectionRatio < 1 && entry.boundingClientRect.top < 1),
    { threshold: [1], rootMargin: "-1px 0px 0px 0px" }).observe(zone);

  // Suggestions turn over in the empty box
  const ideas = (box()?.dataset.ideas || "").split("|").filter(Boolean);
  if (ideas.length > 1 && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
    let turn = 0;
    setInterval(() => { const input = box(); if (input && !input.value) input.placeholder = `Try: ${ideas[turn = (turn + 1) % ideas.length]}`; }, 7000);
  }

  // Impressions: a card half in view for a second. Clicks: a card opened
  const seen = new Set();
  let waiting = [];
  const { store, user } = document.body.dataset;
  const flush = () => {
    if (!waiting.length) return;
    const events = waiting.splice(0);
    fetch(`/v1/events?store=${encodeURIComponent(store)}`, {
      method: "POST", keepalive: true, headers: { "Content-Type": "application/json" }, body: JSON.stringify({ events }),
    }).catch(() => { /* an impression is not worth a message */ });
  };
  const tell = (kind, { item, feed, position }) => waiting.push(
    { user_id: user, kind, item_id: item, feed_id: feed, position: Number(position), surface: "page", time: new Date().toISOString() });
  document.addEventListener("click", (event) => {
    const card = event.target.closest?.(".card .cover") && event.target.closest(".card");
    if (card) { tell("click", card.dataset); flush(); }
  });
  const timers = new Map();
  const eye = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      clearTimeout(timers.get(target));
      if (!isIntersecting) continue;
      timers.set(target, setTimeout(() => {
        eye.unobserve(target);
        const { item, feed } = target.dataset;
        const key = `${feed} ${item}`;
        if (seen.has(key)) return;
        seen.add(key);
        tell("impression", target.dataset);
        setTimeout(flush, 1500);
      }, 1000));
    }
  }, { threshold: 0.5 });
  const narrow = matchMedia("(max-width: 46rem)");
  const fold = () => { if (narrow.matches) for (const part of document.querySelectorAll(".changed[open]:not([data-folded])")) { part.dataset.folded = ""; part.open = false; } };
  const watch = () => { for (const card of document.querySelectorAll(".card[data-item]:not([data-watched])")) { card.dataset.watched = ""; eye.observe(card); } };
  fold();
  if (user) { watch(); addEventListener("pagehide", flush); }
})();
