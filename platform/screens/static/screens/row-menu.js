/* The menu of a row. <a href="/deal/…/_actions" data-menu> opens the fragment of that address below itself, above
   everything; arrows walk in it, Esc or a click elsewhere closes it. Without scripts it is a page. */
const said = () => ({ "HX-Request": "true", "HX-Current-URL": location.href });
let menu = null;

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-menu]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    const answer = await fetch(link.href, { headers: said() });
    if (!answer.ok) throw new Error(answer.status);
    show(link, await answer.text());
  } catch {
    location.assign(link.href);
  }
});

function show(link, html) {
  menu?.remove();
  menu = document.createElement("div");
  menu.popover = "auto";
  menu.className = "row-menu";
  menu.append(document.createRange().createContextualFragment(html));
  document.body.append(menu);
  menu.addEventListener("toggle", (event) => event.newState === "closed" && gone(event.target, link));
  menu.addEventListener("click", (event) => event.target.closest("[data-ask]") && menu.hidePopover());
  menu.addEventListener("keydown", walk);
  menu.showPopover();
  place(link);
  items()[0]?.focus();
}

function place(link) {
  const at = link.getBoundingClientRect();
  const below = at.bottom + 4 + menu.offsetHeight <= innerHeight;
  menu.style.left = `${Math.max(8, at.right - menu.offsetWidth)}px`;
  menu.style.top = `${below ? at.bottom + 4 : Math.max(8, at.top - 4 - menu.offsetHeight)}px`;
}

function gone(closed, link) {
  if (closed.contains(document.activeElement) || document.activeElement === document.body) link.focus();
  closed.remove();
}

const items = () => [...menu.querySelectorAll("a, button")].filter((one) => one.checkVisibility());

function walk(event) {
  if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
  event.preventDefault();
  const found = items(), at = found.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  found[(at + found.length) % found.length]?.focus();
}
