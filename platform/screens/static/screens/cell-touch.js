/* Editing in a list by touch (cell-edit.js does the rest): a long press on a value opens its box; *Edit here* in the menu of
   a row ([data-edit-row], opened from that row) gives each of its values a pencil until something else is touched. */
const PRESS = 500, SLOP = 8;
let press = null, swallow = false;

const forget = () => {
  clearTimeout(press?.timer);
  press = null;
};
const headOf = (cell) => cell.closest("table[data-cells]")?.tHead?.rows[0].cells[cell.cellIndex];
const edits = (cell) => Boolean(cell?.parentElement.matches("tr[data-edits]") && headOf(cell)?.dataset.edit);
const open = (cell) => cell.dispatchEvent(new CustomEvent("hk:edit", { bubbles: true }));

document.addEventListener("pointerdown", (event) => {
  forget();
  swallow = false;
  if (!event.target.closest(".pencil, .row-menu, [data-menu]")) clear();
  const cell = event.target.closest("td");
  if (event.pointerType !== "touch" || !event.isPrimary || !edits(cell) || event.target.closest("input, button, .cell-edit")) return;
  const timer = setTimeout(() => {
    swallow = true;
    open(cell);
  }, PRESS);
  press = { timer, x: event.clientX, y: event.clientY };
});
document.addEventListener("pointermove", (event) => press && Math.hypot(event.clientX - press.x, event.clientY - press.y) > SLOP && forget());
for (const name of ["pointerup", "pointercancel", "scroll"]) document.addEventListener(name, forget, true);

/* The press that opened a box opens no record, and no menu of the browser. */
for (const name of ["click", "contextmenu"]) {
  document.addEventListener(name, (event) => {
    if (!swallow && !(name === "contextmenu" && press)) return;
    event.preventDefault();
    event.stopPropagation();
    swallow = false;
  }, true);
}

const clear = () => document.querySelectorAll("tr.pencils").forEach((row) => {
  row.classList.remove("pencils");
  for (const one of row.querySelectorAll(":scope > td > .pencil")) one.remove();
});

document.addEventListener("click", (event) => {
  const said = event.target.closest("[data-edit-row]");
  if (!said) return;
  said.closest("[popover]")?.hidePopover();
  const row = document.querySelector(`table[data-cells] tr[data-href="${CSS.escape(said.dataset.editRow)}"]`);
  const table = row?.closest("table"), drawn = document.querySelector("template[data-pencil]")?.content.firstElementChild;
  if (!row || !drawn) return;
  row.classList.add("pencils");
  for (const cell of [...row.cells].filter((one) => edits(one) && one.checkVisibility())) {
    const pencil = drawn.cloneNode(true);
    pencil.tabIndex = 0;
    pencil.ariaLabel = table.dataset.textEdit.replace("{field}", headOf(cell).textContent.trim());
    cell.append(pencil);
  }
  row.querySelector(".pencil")?.focus();
});
