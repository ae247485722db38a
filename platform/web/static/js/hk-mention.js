/* <textarea data-mentions="/account/_people">: `@` and letters of a name, or its initial consonants, offer people; the one
   that is chosen stands in the text as @name. A <button data-name-one hidden> behind it writes the `@`. What is sent has marks, `@[name](user:<id>)`, in the place of the names. */
const MARK = /@\[([^\[\]\n\r]{1,200})\]\((user:[0-9a-f-]{36})\)/g;
const ASKED = /(?:^|[\s(])@([^\s@[\]()]{0,30})$/u;
const WAITS = 120;
const marks = new WeakMap();
let box, list, found = [], place = 0, waiting, asks = 0;

/* -- marks and names ------------------------------------------------------------------------------------------------ */
function known(area) {
  if (!marks.has(area)) {
    const hers = new Map();
    marks.set(area, hers);
    const shown = area.value.replace(MARK, (mark, name) => `@${named(hers, name, mark)}`);
    if (shown !== area.value) area.value = area.defaultValue = shown;
  }
  return marks.get(area);
}

/* Two people of one name are told apart by a number. */
function named(hers, name, mark) {
  let called = name;
  for (let more = 2; hers.has(called) && hers.get(called) !== mark; more += 1) called = `${name}(${more})`;
  hers.set(called, mark);
  return called;
}

function marked(area) {
  const names = [...known(area).keys()].sort((a, b) => b.length - a.length).map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return names.length ? area.value.replace(new RegExp(`@(${names.join("|")})`, "g"), (_, name) => known(area).get(name)) : area.value;
}

const areas = (root) => [...root.querySelectorAll("textarea[data-mentions]")];
document.addEventListener("formdata", (event) => {
  for (const area of areas(event.target)) {
    if (area.name && event.formData.has(area.name)) event.formData.set(area.name, marked(area));
  }
});
document.addEventListener("focusin", (event) => event.target.matches?.("textarea[data-mentions]") && known(event.target));
const settle = () => {
  areas(document).forEach(known);
  for (const button of document.querySelectorAll("[data-name-one]")) button.hidden = false;
};
document.addEventListener("htmx:after:swap", settle);
settle();

/* -- offering people ------------------------------------------------------------------------------------------------- */
document.addEventListener("input", (event) => {
  if (!event.target.matches?.("textarea[data-mentions]")) return;
  box = event.target;
  clearTimeout(waiting);
  const words = asked();
  if (words === null) return close();
  waiting = setTimeout(() => offer(words), WAITS);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-name-one]"), area = button?.parentElement.querySelector("textarea[data-mentions]");
  if (!area) return;
  area.focus();
  const before = area.value.slice(0, area.selectionStart);
  area.setRangeText(/[^\s(]$/.test(before) ? " @" : "@", area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
});

const asked = () => ASKED.exec(box.value.slice(0, box.selectionStart))?.[1] ?? null;

async function offer(words) {
  const mine = (asks += 1);
  try {
    const answer = await fetch(`${box.dataset.mentions}?${new URLSearchParams({ words })}`, { headers: { "HX-Request": "true" } });
    if (mine !== asks || !answer.ok) return;
    found = await answer.json();
  } catch {
    return;
  }
  place = 0;
  if (found.length && asked() !== null) show();
  else close();
}

function show() {
  list ??= Object.assign(document.createElement("ul"), { className: "people-found", id: "people-found", popover: "manual" });
  list.role = "listbox";
  list.replaceChildren(...found.map(({ name }, at) => {
    const item = Object.assign(document.createElement("li"), { textContent: name, id: `people-found-${at}` });
    item.role = "option";
    item.ariaSelected = String(at === place);
    item.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(at); });
    return item;
  }));
  box.closest("dialog, [popover], body").append(list);
  list.showPopover(); // in the layer above everything, which no box cuts off
  const { left, top, bottom } = box.getBoundingClientRect(), high = list.offsetHeight;
  list.style.left = `${Math.max(8, Math.min(left, innerWidth - list.offsetWidth - 8))}px`;
  list.style.top = `${bottom + high + 8 < innerHeight ? bottom + 2 : Math.max(8, top - high - 2)}px`;
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-activedescendant", `people-found-${place}`);
}

function close() {
  list?.remove();
  found = [];
  box?.removeAttribute("aria-activedescendant");
}

function choose(at) {
  const { name, mark } = found[at], end = box.selectionStart, begin = end - asked().length;
  box.setRangeText(`${named(known(box), name, mark)} `, begin, end, "end");
  close();
  box.focus();
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("keydown", (event) => {
  if (!list?.isConnected || event.target !== box || event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) place = (place + step + found.length) % found.length;
  if (step) show();
  else if (event.key === "Enter" || event.key === "Tab") choose(place);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}, { capture: true });
document.addEventListener("focusout", (event) => event.target === box && close());
