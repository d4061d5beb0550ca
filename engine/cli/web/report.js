// What a report can do beyond being read: filter its examples, and print listings that are folded.
// Without it everything is shown.
"use strict";
(() => {
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = Array.from(document.querySelectorAll("details.listing:not([open])"));
    for (const listing of folded) listing.open = true;
  });
  addEventListener("afterprint", () => {
    for (const listing of folded) listing.open = false;
  });
})();
(() => {
  const filter = document.getElementById("filter");
  if (!filter) return;
  const [change, rule, text, count] = ["change", "rule", "text", "count"].map(
    (name) => document.getElementById("filter-" + name));
  const examples = Array.from(document.querySelectorAll(".example"), (card) => {
    const proof = card.querySelector(".proof");
    const shown = card.textContent.toLowerCase();
    // Letters of a proof mean nothing to who looks for a word.
    return { card, words: proof ? shown.replace(proof.textContent.toLowerCase(), "") : shown };
  });

  const apply = () => {
    const wanted = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { card, words } of examples) {
      const { change: itsChange, was, now } = card.dataset;
      card.hidden = !((!change.value || change.value === itsChange) &&
        (!rule.value || rule.value === was || rule.value === now) &&
        wanted.every((word) => words.includes(word)));
      if (!card.hidden) shown += 1;
    }
    count.textContent = shown + " of " + examples.length + " shown";
  };

  for (const control of [change, rule, text]) control.addEventListener("input", apply);
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      text.focus();
    }
    if (event.key === "Escape" && event.target === text) {
      text.value = "";
      apply();
    }
  });
  filter.hidden = false;
  apply();
})();
