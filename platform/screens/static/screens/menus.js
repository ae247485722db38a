/* Menus made of <details class="menu-box">: one is open at a time; a click elsewhere or Esc closes it, arrows walk in it.
   A part with data-own-filters is told `hk:open` when its menu opens, so that it is fetched then and not before.
   A <form data-escape="/address"> follows that address when Esc is pressed in it. */
const open = () => [...document.querySelectorAll("details.menu-box[open]")];
const close = (box) => box.removeAttribute("open");

document.addEventListener("click", (event) => {
  const here = event.target.closest("details.menu-box");
  open().filter((box) => box !== here).forEach(close);
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented) return;
  const box = event.target.closest("details.menu-box[open]") ?? open()[0];
  if (event.key === "Escape" && box) return leave(event, box);
  const editor = document.querySelector("[data-escape]");
  if (event.key === "Escape" && editor) return event.preventDefault(), editor.querySelector("footer a").click();
  if (box && ["ArrowDown", "ArrowUp"].includes(event.key)) walk(event, box);
});

document.addEventListener("toggle", (event) => {
  if (event.target.matches("details.menu-box[open]")) {
    event.target.querySelector("[data-own-filters]")?.dispatchEvent(new Event("hk:open"));
  }
}, true);

function leave(event, box) {
  event.preventDefault();
  close(box);
  box.querySelector("summary").focus();
}

function walk(event, box) {
  if (event.target.matches("input, select, textarea, [role=option]")) return;
  const items = [...box.querySelectorAll("a.dropdown-item, button.dropdown-item")];
  if (items.length === 0) return;
  event.preventDefault();
  const at = items.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  items[(at + items.length) % items.length].focus();
}
