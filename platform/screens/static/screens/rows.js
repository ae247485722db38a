/* Keys in a table of records, inside [data-rows]: j and k move the cursor row, Enter opens it, e edits it. A click on an empty place of a
   row opens its record; links, buttons and marked text stay what they are. Where a double click edits (cell-edit.js), a
   click waits for the second one. */
const WAITS = 250;
const rows = () => [...document.querySelectorAll("[data-rows] tbody tr[data-href]")];
const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, summary, [contenteditable]") !== null;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open], details.menu-box[open]")) return;
  const found = rows();
  const at = found.findIndex((row) => row.classList.contains("here"));
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    point(found, Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), found.length - 1));
  } else if (event.key === "Enter" && at >= 0 && !event.target.closest("a, button")) {
    location.assign(found[at].dataset.href);
  } else if (event.key === "e" && at >= 0 && found[at].hasAttribute("data-edits")) {
    event.preventDefault();
    location.assign(`${found[at].dataset.href}/edit?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
});

function point(found, at) {
  found.forEach((row, place) => row.classList.toggle("here", place === at));
  found[at]?.scrollIntoView({ block: "nearest" });
}

let waiting = 0;
const edits = (cell) => cell?.parentElement.matches("[data-edits]") && innerWidth >= 768
  && cell.closest("table").tHead?.rows[0].cells[cell.cellIndex]?.dataset.edit;

document.addEventListener("click", (event) => {
  const row = event.target.closest("tbody tr[data-href]");
  clearTimeout(waiting);
  if (!row || event.defaultPrevented || event.target.closest("a, button, input, label, summary, .cell-edit") || getSelection().toString()) return;
  if (event.ctrlKey || event.metaKey) return window.open(row.dataset.href, "_blank", "noopener");
  if (event.detail > 1) return;
  if (!edits(event.target.closest("td"))) return location.assign(row.dataset.href);
  waiting = setTimeout(() => location.assign(row.dataset.href), WAITS);
});
