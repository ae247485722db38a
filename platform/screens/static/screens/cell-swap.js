/* Draws what the server answered after a value was saved where it stands: the row of a list, or the parts of a record's
   page that may have changed with it. What was loaded or typed beside them stays. */
export const rowOf = (table, href) => [...table.tBodies[0].rows].find((row) => row.dataset.href === href) ?? null;

const tell = (part) => document.getElementById("notices")?.replaceChildren(...part.querySelectorAll("hk-notice"));

/* The row as it is now; it goes when the list has it no more for this reader. */
export function swapRow(row, html) {
  const part = document.createRange().createContextualFragment(html);
  const fresh = part.querySelector("[data-fresh] tbody tr");
  if (!fresh) {
    row.remove();
  } else {
    fresh.classList.toggle("here", row.classList.contains("here"));
    const box = fresh.querySelector("[data-pick]"), before = row.querySelector("[data-pick]");
    if (box && before) box.checked = before.checked;
    row.replaceWith(fresh);
  }
  tell(part);
}

/* The page as it is now: its head, its values, its history. Subpanels that are there stay. */
export function swapPage(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const tabs = [...document.querySelectorAll(".record .tab")], fresh = [...page.querySelectorAll(".record .tab")];
  if (tabs.map((tab) => tab.id).join() !== fresh.map((tab) => tab.id).join()) return location.reload();
  document.title = page.title;
  trade(document.querySelector("header.summary"), page.querySelector("header.summary"));
  trade(document.querySelector("nav.thumb"), page.querySelector("nav.thumb"));
  tabs.forEach((tab, at) => refill(tab, fresh[at]));
  for (const place of document.querySelectorAll("[data-history]")) {
    trade(place, page.querySelector(`[data-history="${place.dataset.history}"]`));
  }
  tell(page);
}

function trade(old, fresh) {
  if (!old || !fresh) return;
  const node = document.importNode(fresh, true);
  old.replaceWith(node);
  window.htmx?.process(node);
}

function refill(tab, fresh) {
  if (tab.querySelector("[data-history]")) return; // replaced by itself
  const kept = new Map([...tab.querySelectorAll("section.subpanel[id]")].map((panel) => [panel.id, panel]));
  const parts = [...fresh.childNodes].map((node) => kept.get(node.id) ?? document.importNode(node, true));
  tab.replaceChildren(...parts);
  for (const node of parts) if (node.nodeType === 1 && ![...kept.values()].includes(node)) window.htmx?.process(node);
}
