/* Menus under a button: <div class="dropdown"><button data-bs-toggle="dropdown"> … <div class="dropdown-menu">. One is open
   at a time; a click elsewhere or Esc closes it, arrows open it and walk in it, Home and End go to its ends.
   data-bs-auto-close="outside" keeps it open for clicks inside. <button data-bs-toggle="collapse" data-bs-target="#menus">
   shows and hides what it names. Attributes, classes and the event show.bs.dropdown are Bootstrap's, whose styles fit. */
const OPENER = "[data-bs-toggle=dropdown]";
const menuOf = (opener) => opener.parentElement.querySelector(".dropdown-menu");
const opened = () => [...document.querySelectorAll(`${OPENER}[aria-expanded=true]`)];

function open(opener) {
  opened().forEach((other) => close(other));
  const menu = menuOf(opener);
  menu.dataset.bsPopper = "static";
  menu.classList.add("show");
  opener.classList.add("show");
  opener.ariaExpanded = "true";
  opener.dispatchEvent(new Event("show.bs.dropdown", { bubbles: true }));
}

function close(opener) {
  const menu = menuOf(opener);
  menu?.classList.remove("show");
  opener.classList.remove("show");
  opener.ariaExpanded = "false";
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest(OPENER);
  if (opener) {
    event.preventDefault();
    return opener.ariaExpanded === "true" ? close(opener) : open(opener);
  }
  for (const one of opened()) {
    const inside = menuOf(one)?.contains(event.target);
    if (!inside || one.dataset.bsAutoClose !== "outside" && !event.target.closest("form")) close(one);
  }
  const folder = event.target.closest("[data-bs-toggle=collapse]");
  if (folder) folder.ariaExpanded = String(document.querySelector(folder.dataset.bsTarget).classList.toggle("show"));
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented) return;
  const opener = event.target.closest(OPENER) ?? opened().find((one) => menuOf(one)?.contains(event.target)) ?? opened()[0];
  if (!opener) return;
  const is = opener.ariaExpanded === "true";
  if (event.key === "Escape" && is) {
    event.preventDefault();
    close(opener);
    return opener.focus();
  }
  if (!["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key) || event.target.matches("input, textarea, select")) return;
  if (!is && event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  if (!is) open(opener);
  walk(menuOf(opener), event.key);
});

function walk(menu, key) {
  const items = [...menu.querySelectorAll("a[href], button:not(:disabled)")].filter((item) => item.checkVisibility());
  const at = items.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 }[key];
  items.at(next % items.length)?.focus();
}

document.addEventListener("focusin", (event) => {
  for (const one of opened()) if (!one.parentElement.contains(event.target)) close(one);
});
