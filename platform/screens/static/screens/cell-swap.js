/* Draws what the server answered after a value was saved where it stands (`hk:saved` of cell-edit.js): the row of a list, or
   the parts of a record's page that may have changed with it. What was loaded or typed beside them stays. */
document.addEventListener("hk:saved", ({ detail: { row, html } }) => (row ? swapRow(row, html) : swapPage(html)));

const tell = (part) => document.getElementById("notices")?.replaceChildren(...part.querySelectorAll("hk-notice"));

/* The row as it is now; it goes when the list has it no more for this reader. */
function swapRow(row, html) {
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

/* The page as it is now: its head and its values. Subpanels that are there stay, and what is being written. */
function swapPage(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const tabs = [...document.querySelectorAll(".record div.tab")], fresh = [...page.querySelectorAll(".record div.tab")];
  if (tabs.map((tab) => tab.id).join() !== fresh.map((tab) => tab.id).join()) return location.reload();
  document.title = page.title;
  for (const part of ["header.summary", "nav.thumb"]) trade(document.querySelector(part), page.querySelector(part));
  tabs.forEach((tab, at) => refill(tab, fresh[at]));
  tell(page);
  renew();
}

function trade(old, fresh) {
  if (!old || !fresh) return;
  const node = document.importNode(fresh, true);
  old.replaceWith(node);
  window.htmx?.process(node);
}

function refill(tab, fresh) {
  const kept = new Map([...tab.querySelectorAll("section.subpanel[id]")].map((panel) => [panel.id, panel]));
  const parts = [...fresh.childNodes].map((node) => kept.get(node.id) ?? document.importNode(node, true));
  tab.replaceChildren(...parts);
  for (const node of parts) if (node.nodeType === 1 && !kept.has(node.id)) window.htmx?.process(node);
}

/* What happened, once it was loaded; the box in which something may be written stays. */
async function renew() {
  const place = document.querySelector("#feed > .history"), address = document.querySelector("aside.feed")?.getAttribute("hx-get");
  if (!place || !address) return;
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  const fresh = answer.ok && document.createRange().createContextualFragment(await answer.text()).querySelector("#feed > .history");
  if (fresh && place.isConnected) trade(place, fresh);
}
