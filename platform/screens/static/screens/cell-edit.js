/* Editing a value where it stands: in a row of a list (table[data-cells] with th[data-edit] and tr[data-edits]) and on a
   record's page ([data-cells] with [data-edit] around a label and its value).
   In a list the pencil, a double click, or F2 on the row of the cursor opens the box; ← and → walk among the cells that
   can be edited, Enter and F2 open one. On a page the pencil, or a click on the value. By touch see cell-touch.js (`hk:edit`).
   In the box Enter saves (in a long text Ctrl+Enter), Esc leaves, Tab saves and goes on; a press elsewhere saves as well.
   The server answers with the row or the page as it is now, or with the box and what was wrong. What was typed stays in the
   box until it is saved or given up. What was answered is told as `hk:saved`: cell-swap.js draws it. */
const CONTROLS = "input:not([type=hidden]), select, textarea, button, [contenteditable=true]";
const asked = { "HX-Request": "true" };
const wide = matchMedia("(min-width: 768px)");
let open = null;
let pencil = null;
let swallow = false;

/* -- which cells ------------------------------------------------------------------------------------------------- */
const rowOf = (table, href) => [...table.tBodies[0].rows].find((row) => row.dataset.href === href) ?? null;
const headOf = (cell) => cell.closest("table[data-cells]")?.tHead.rows[0].cells[cell.cellIndex];
const isCell = (node) => Boolean(node?.matches("td") && node.parentElement.matches("tr[data-edits]") && headOf(node)?.dataset.edit);
const isPlace = (node) => isCell(node) || Boolean(node?.matches("[data-cells] [data-edit]:not(th)"));
const cellsOf = (row) => [...row.cells].filter(isCell);
const rowsOf = (table) => [...table.tBodies[0].rows].filter((row) => row.matches("[data-edits]"));
const keyOf = (place) => (place.matches("td") ? headOf(place).dataset.edit : place.dataset.edit);
const there = (place) => place.closest("tr")?.dataset.href ?? place.closest("[data-cells]").dataset.cells;
const field = (key) => `f-${key.replaceAll(".", "-")}`;

/* -- opening ------------------------------------------------------------------------------------------------------- */
async function start(place) {
  const at = where(place);
  if (open && !(await finish())) return;
  place = place.isConnected ? place : found(at);
  if (!place) return;
  const listed = place.matches("td"), key = keyOf(place);
  if (listed && headOf(place).dataset.way === "form") return location.assign(`${there(place)}/edit#${field(key)}`);
  const holder = Object.assign(document.createElement(listed ? "div" : "dd"), { className: "cell-edit", popover: listed ? "manual" : null });
  open = { place, holder, listed, key, touched: false, stuck: false };
  holder.addEventListener("submit", submitted);
  holder.addEventListener("keydown", pressed);
  holder.addEventListener("click", clicked);
  for (const name of ["input", "change"]) holder.addEventListener(name, () => open && Object.assign(open, { touched: true, stuck: false }));
  place.append(holder);
  place.classList.add("editing");
  if (listed) lay(true);
  try {
    const answer = await fetch(`${there(place)}/_cell/${key}`, { headers: asked });
    const away = answer.headers.get("HX-Redirect");
    if (away) return location.assign(away);
    if (open?.holder === holder) fill(await answer.text());
  } catch {
    tell(failed());
  }
}

function fill(html) {
  const part = document.createRange().createContextualFragment(html);
  const form = part.querySelector("[data-cell-form]"), said = part.querySelector("[data-said]");
  if (form) {
    open.holder.replaceChildren(part);
    if (open.listed) lay(true);
    focusIn();
  } else {
    tell(said ?? failed());
  }
}

function focusIn() {
  const form = open.holder.querySelector("form");
  if (!form) return open.holder.querySelector("[data-said]")?.focus();
  const seen = [...form.querySelectorAll(CONTROLS)].filter((one) => one.checkVisibility());
  const first = seen.find((one) => one.ariaInvalid === "true") ?? seen[0];
  first?.focus();
  if (first?.matches("input[type=text], input:not([type])")) first.select();
}

/* In a list the box lies over its cell, in the layer above everything, which no column cuts off. */
function lay(fresh = false) {
  const { holder, place } = open, at = place.getBoundingClientRect();
  if (fresh && !holder.matches(":popover-open")) holder.showPopover();
  const width = Math.max(at.width, Math.min(320, innerWidth - 16));
  const left = Math.max(8, Math.min(at.left, innerWidth - width - 8));
  const top = Math.max(8, Math.min(at.top - 1, innerHeight - holder.offsetHeight - 8));
  Object.assign(holder.style, { left: `${left}px`, top: `${top}px`, width: `${width}px` });
}

/* A sentence in the box, above what was typed. */
function tell(said) {
  const text = said instanceof Node ? said : Object.assign(document.createElement("p"), { className: "cell-said", role: "alert", textContent: said });
  text.dataset.said = "";
  open.holder.querySelector("[data-said]")?.remove();
  open.holder.prepend(text);
  open.holder.querySelector("form")?.removeAttribute("aria-busy");
  if (!open.holder.querySelector("form")) {
    text.tabIndex = -1;
    text.focus();
  }
  if (open.listed) lay(true);
}

const failed = () => open.place.closest("[data-cells]").dataset.textFailed;

/* -- leaving ------------------------------------------------------------------------------------------------------- */
/* Gives up what was typed; focus goes back to where it came from. */
function close(focus = true) {
  const { place, holder } = open;
  open = null;
  holder.remove();
  place.classList.remove("editing");
  if (focus) back(place);
}

function back(place) {
  if (!place?.isConnected) return;
  if (place.matches("td")) {
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
  } else {
    place.querySelector(".pencil")?.focus({ preventScroll: true });
  }
}

/* True when nothing is open any more: what was typed is saved. What was answered with a question waits for a word. */
async function finish() {
  if (!open) return true;
  if (open.pending) return open.pending;
  if (open.stuck) return focusIn(), false;
  if (!open.touched) return close(false), true;
  open.pending = send();
  return open.pending;
}

async function send(submitter) {
  const here = open, form = here.holder.querySelector("form");
  if (!form) return close(false), true;
  const data = new FormData(form, submitter ?? null), table = here.place.closest("table");
  if (here.listed) {
    data.set("place", "list");
    if (here.place.parentElement.querySelector(":scope > .acts")) data.set("acts", "1");
    if (here.place.parentElement.querySelector(":scope > .pick")) data.set("pick", "1");
  }
  form.ariaBusy = "true";
  try {
    const search = here.listed ? new URL(table.dataset.cells, location.href).search : "";
    const answer = await fetch(form.getAttribute("action") + search, { method: "POST", body: data, headers: asked });
    const away = answer.headers.get("HX-Redirect");
    if (away) return location.assign(away), false;
    if (answer.headers.get("Hanok-Prove")) return here.leaving = true, form.submit(), false; // the page that asks for a proof keeps it
    const html = await answer.text();
    if (open !== here) return true;
    if (answer.ok) return draw(here, html), true;
    fill(html);
    here.stuck = true; // last: a box that goes with what was typed in it says that it changed
    return false;
  } catch {
    if (open === here) tell(failed());
    return false;
  } finally {
    here.pending = null;
  }
}

function draw(here, html) {
  close(false);
  document.dispatchEvent(new CustomEvent("hk:saved", { detail: { row: here.place.closest("tr"), html } }));
  document.dispatchEvent(new Event("htmx:after:swap"));
}

/* A place by row and key, for it is drawn anew with each save. */
const where = (place) => (place.matches("td") ? { href: place.parentElement.dataset.href, key: keyOf(place), table: place.closest("table") } : { key: keyOf(place) });

function found(at) {
  if (!at) return null;
  if (!at.table) return document.querySelector(`[data-cells] [data-edit="${CSS.escape(at.key)}"]:not(th)`);
  const row = rowOf(at.table, at.href);
  return row && cellsOf(row).find((cell) => keyOf(cell) === at.key);
}

/* The place after this one, or before it: the next cell of the row, then of the next row; on a page the next value. */
function beside(place, step) {
  const all = place.matches("td") ? rowsOf(place.closest("table")).flatMap(cellsOf).filter((cell) => headOf(cell).dataset.way === "cell")
    : [...document.querySelectorAll("[data-cells] [data-edit]:not(th)")].filter((one) => one.checkVisibility());
  return all[all.indexOf(place) + step] ?? null;
}

async function goOn(step) {
  const next = beside(open.place, step), to = next && where(next), from = where(open.place);
  if (!(await finish())) return;
  const place = found(to);
  if (place) start(place);
  else back(found(from));
}

async function done(submitter) {
  const from = where(open.place);
  if (!open.touched && !submitter?.matches("[data-mine], [name=despite]")) return close();
  open.pending = send(submitter);
  if (await open.pending) back(found(from));
}

/* -- in the box ------------------------------------------------------------------------------------------------------ */
function submitted(event) {
  if (event.submitter?.matches("[data-full]")) return void (open.leaving = true);
  event.preventDefault();
  if (event.target.ariaBusy !== "true") done(event.submitter);
}

function clicked(event) {
  event.stopPropagation();
  if (event.target.closest("[data-leave]")) return close();
  if (!event.target.closest("[data-theirs]")) return;
  const form = open.holder.querySelector("form"); // nothing of mine is sent: the answer is the row as they saved it
  for (const one of [...form.elements]) if (one.name && !["csrf_token", "version"].includes(one.name)) one.disabled = true;
  open.touched = true;
  done();
}

function pressed(event) {
  if (event.defaultPrevented || event.isComposing) return;
  const { target, key } = event;
  if (key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if (key === "Enter" && !target.closest("button, a")) {
    if (target.closest("textarea, [contenteditable=true]") && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    target.closest("form").requestSubmit(); // it never answers the question below
  } else if (key === "Tab" && isLast(target, event.shiftKey)) {
    event.preventDefault();
    goOn(event.shiftKey ? -1 : 1);
  }
}

/* Whether Tab leaves the boxes of the field: its buttons below are reached by none. */
function isLast(target, backwards) {
  const stops = (one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility() && (one.type !== "radio" || one === target || one.name !== target.name);
  const boxes = [...open.holder.querySelectorAll(`.field :is(${CONTROLS})`)].filter(stops);
  return boxes.length > 0 && target === boxes.at(backwards ? 0 : -1);
}

/* -- on the page ------------------------------------------------------------------------------------------------------ */
document.addEventListener("pointerdown", (event) => {
  swallow = false;
  if (!open || open.holder.contains(event.target) || event.target.closest("dialog, [popover]")) return;
  swallow = true;
  finish();
}, true);

document.addEventListener("click", (event) => {
  if (swallow && event.target.closest("tr[data-href]") && !event.target.closest("a, button, input, label")) {
    event.preventDefault();
    event.stopPropagation();
  }
  swallow = false;
}, true);

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const place = event.target.closest("[data-edit]:not(th), td");
  if (!isPlace(place)) return;
  if (event.target.closest(".pencil")) {
    event.preventDefault();
    return start(place);
  }
  const other = event.target.closest("a, button, input, label, summary, details, audio, video, img") || getSelection().toString();
  if (!place.matches("td") && !other && matchMedia("(hover: hover)").matches && event.target.closest("dd")) start(place);
});

document.addEventListener("hk:edit", (event) => isPlace(event.target) && start(event.target));

document.addEventListener("dblclick", (event) => {
  const place = event.target.closest("td");
  if (!isCell(place) || event.target.closest("a, button, input, label")) return;
  getSelection().removeAllRanges();
  start(place);
});

document.addEventListener("mouseover", (event) => {
  const place = event.target.closest?.("td");
  if (!isCell(place) || open || !wide.matches || place.contains(pencil)) return;
  const table = place.closest("table"), head = headOf(place);
  pencil ??= document.querySelector("template[data-pencil]")?.content.firstElementChild.cloneNode(true);
  if (!pencil) return;
  pencil.title = pencil.ariaLabel = table.dataset.textEdit.replace("{field}", head.textContent.trim());
  pencil.style.left = `${place.offsetLeft + (head.matches(".num") ? 6 : place.offsetWidth - 30)}px`;
  place.append(pencil);
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || open) return;
  if (event.target.closest("input:not([data-pick]), textarea, select, [contenteditable]") || document.querySelector("dialog[open], details.menu-box[open], [popover]:popover-open")) return;
  const focused = event.target.closest("td"), row = focused?.closest("tr[data-edits]") ?? document.querySelector("[data-rows] tr.here[data-edits]");
  const cells = row ? cellsOf(row) : [];
  if (!cells.length || (event.key !== "F2" && event.target.closest("a, button"))) return;
  const at = cells.indexOf(focused), step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step) {
    event.preventDefault();
    back(cells[Math.min(Math.max(at + step, 0), cells.length - 1)]);
  } else if (event.key === "F2" || (event.key === "Enter" && at >= 0)) {
    event.preventDefault();
    start(cells[Math.max(at, 0)]);
  }
}, true);

for (const name of ["scroll", "resize"]) addEventListener(name, () => open?.listed && lay(), true);
addEventListener("beforeunload", (event) => {
  if (open?.touched && !open.leaving) event.preventDefault();
});
