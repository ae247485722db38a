/* The board. Cards with [data-move] are dragged from [data-lane] to another with [data-takes], by pointer, by Alt+← and
   Alt+→, or by their menu. A card moves at once; then the answer of the server is drawn: the heads of all lanes, the card
   where it stands now, and the notice that says so or says why not. Refused, it goes back. [data-more] loads on sight. */
const SLOP = 6, PRESS = 350, EDGE = 56;
const board = () => document.querySelector("[data-board]");
const laneOf = (node) => node?.closest("[data-lane]");
const lanes = () => [...document.querySelectorAll("[data-lane][data-takes]")];
const cardsOf = (lane) => lane.querySelector("[data-cards]");
const cardBy = (id) => document.querySelector(`[data-card="${CSS.escape(id)}"]`);

/* -- moving: optimistic, and back when it is refused ------------------------------------------------------------- */
async function move(card, lane, { focus = false } = {}) {
  if (!card.dataset.move || card.classList.contains("sent") || lane === laneOf(card)) return;
  const back = { place: card.parentElement, next: card.nextElementSibling };
  const form = new FormData();
  form.set("to", lane.dataset.lane);
  form.set("version", card.dataset.version);
  put(card, lane, focus);
  if (!await send(card.dataset.move, form, card, focus)) {
    back.place.insertBefore(card, back.next?.parentElement === back.place ? back.next : null);
    card.classList.remove("sent");
    if (focus) card.querySelector("a")?.focus();
  }
}

function put(card, lane, focus) {
  cardsOf(lane).prepend(card);
  card.classList.add("sent");
  if (focus) card.querySelector("a")?.focus();
  if (innerWidth < 768 && focus) lane.scrollIntoView({ inline: "start", block: "nearest" });
}

/* True when the server did it; what it answers is drawn either way. */
async function send(address, form, card, focus = false) {
  form.set("csrf_token", document.querySelector('meta[name="csrf-token"]').content);
  const id = card?.dataset.card;
  try {
    const answer = await fetch(address, { method: "POST", body: form, headers: { "HX-Request": "true" } });
    const there = answer.headers.get("HX-Redirect");
    if (there) return location.assign(there);
    const found = document.createRange().createContextualFragment(await answer.text());
    if (!found.querySelector("hk-notice, [data-head]")) throw new Error(answer.status);
    draw(found, id, answer.ok, focus);
    return answer.ok;
  } catch {
    tell(board()?.dataset.failed ?? "");
    return false;
  }
}

function draw(found, id, done, focus) {
  for (const head of found.querySelectorAll("[data-head]")) {
    const lane = document.getElementById(`lane-${head.dataset.head}`);
    lane?.querySelector("[data-head]").replaceWith(head);
    const tab = document.querySelector(`.lane-tabs a[href="#lane-${CSS.escape(head.dataset.head)}"] b`);
    if (tab) tab.textContent = head.querySelector(".count").textContent;
    lane?.classList.toggle("shut", lane.classList.contains("shut") && head.dataset.count === "0");
  }
  const fresh = found.querySelector("[data-to] [data-card]");
  const old = cardBy(fresh?.dataset.card ?? id ?? "");
  if (!done) {
    if (fresh && old) Object.assign(old.dataset, { version: fresh.dataset.version });
  } else if (!fresh) {
    const next = old?.nextElementSibling?.querySelector("a") ?? board();
    old?.remove();
    if (focus) next?.focus();
  } else {
    const to = document.getElementById(`lane-${found.querySelector("[data-to]").dataset.to}`);
    if (old && laneOf(old) === to) old.replaceWith(fresh);
    else { old?.remove(); if (to) cardsOf(to).prepend(fresh); }
    if (focus) fresh.querySelector("a")?.focus();
  }
  document.getElementById("notices").replaceChildren(...found.querySelectorAll("hk-notice"));
}

function tell(text) {
  const notice = Object.assign(document.createElement("hk-notice"), { className: "undo" });
  notice.dataset.kind = "failed";
  notice.append(Object.assign(document.createElement("span"), { textContent: text }));
  document.getElementById("notices").replaceChildren(notice);
}

/* The menu of a card, and the way back in a notice: both are forms that post to where the card is moved. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!board() || !/\/_move(\?|$)/.test(form.action)) return;
  event.preventDefault();
  const sent = new FormData(form, event.submitter), id = form.action.match(/([0-9a-f-]{36})\/_move/)?.[1] ?? "";
  form.closest("[popover]")?.hidePopover();
  const card = cardBy(id), lane = document.getElementById(`lane-${sent.get("to")}`);
  if (!card || !lane) return void send(form.action, sent, card);
  card.dataset.version = sent.get("version");
  move(card, lane, { focus: true });
});

document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.("[data-card][data-move]");
  if (!card || !event.altKey || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  event.preventDefault();
  const every = [...document.querySelectorAll("[data-lane]")], at = every.indexOf(laneOf(card));
  const ways = event.key === "ArrowRight" ? every.slice(at + 1) : every.slice(0, at).reverse();
  const lane = ways.find((one) => one.matches("[data-takes]"));
  if (lane) move(card, lane, { focus: true });
});

/* -- dragging ------------------------------------------------------------------------------------------------------ */
let drag = null;

document.addEventListener("pointerdown", (event) => {
  const card = event.target.closest?.("[data-card][data-move]");
  if (!card || event.button || !event.isPrimary || event.target.closest("[data-menu]") || card.classList.contains("sent")) return;
  drag = { card, x: event.clientX, y: event.clientY, id: event.pointerId, touch: event.pointerType === "touch" };
  if (drag.touch) drag.timer = setTimeout(() => drag && lift(drag.x, drag.y), PRESS);
});

document.addEventListener("pointermove", (event) => {
  if (!drag || event.pointerId !== drag.id) return;
  const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > SLOP;
  if (!drag.held && far) {
    if (drag.touch) return over();
    lift(drag.x, drag.y);
  }
  if (drag?.held) carry(event.clientX, event.clientY);
});

function lift(x, y) {
  const { card } = drag, at = card.getBoundingClientRect();
  drag.held = card.cloneNode(true);
  drag.held.removeAttribute("id");
  delete drag.held.dataset.card;
  drag.held.classList.add("held");
  drag.held.style.width = `${at.width}px`;
  drag.off = { x: x - at.left, y: y - at.top };
  drag.slot = Object.assign(document.createElement("li"), { className: "slot" });
  drag.slot.style.height = `${at.height}px`;
  card.before(drag.slot);
  card.classList.add("lifted");
  document.body.append(drag.held);
  document.documentElement.classList.add("dragging");
  carry(x, y);
}

function carry(x, y) {
  drag.held.style.left = `${x - drag.off.x}px`;
  drag.held.style.top = `${y - drag.off.y}px`;
  const here = board().getBoundingClientRect();
  if (x > here.right - EDGE) board().scrollLeft += 16;
  if (x < here.left + EDGE) board().scrollLeft -= 16;
  const lane = laneOf(document.elementFromPoint(x, y));
  for (const one of lanes()) one.classList.toggle("over", one === lane && one !== laneOf(drag.card));
  drag.to = lane?.matches("[data-takes]") ? lane : null;
  if (drag.to && drag.to !== laneOf(drag.card)) cardsOf(drag.to).prepend(drag.slot);
  else drag.card.before(drag.slot);
}

function over() {
  clearTimeout(drag?.timer);
  const was = drag;
  drag = null;
  if (!was?.held) return null;
  for (const node of [was.held, was.slot]) node.remove();
  was.card.classList.remove("lifted");
  document.documentElement.classList.remove("dragging");
  for (const one of lanes()) one.classList.remove("over");
  return was;
}

document.addEventListener("pointerup", (event) => {
  if (!drag || event.pointerId !== drag.id) return;
  const was = over();
  if (!was) return;
  addEventListener("click", (click) => { click.preventDefault(); click.stopPropagation(); }, { capture: true, once: true, signal: AbortSignal.timeout(50) });
  if (was.to) move(was.card, was.to);
});
document.addEventListener("pointercancel", over);
document.addEventListener("keydown", (event) => event.key === "Escape" && drag && over());
document.addEventListener("dragstart", (event) => event.target.closest?.("[data-card][data-move]") && event.preventDefault());
document.addEventListener("touchmove", (event) => drag?.held && event.preventDefault(), { passive: false });

/* -- lanes: read on as they are scrolled; a phone's tabs say which one is in sight --------------------------------- */
const further = new IntersectionObserver((seen) => {
  for (const one of seen) if (one.isIntersecting) load(one.target);
});
const sight = new IntersectionObserver((seen) => {
  for (const one of seen) {
    const tab = document.querySelector(`.lane-tabs a[href="#${CSS.escape(one.target.id)}"]`);
    if (one.isIntersecting) tab?.setAttribute("aria-current", "true");
    else tab?.removeAttribute("aria-current");
  }
}, { rootMargin: "0px -45% 0px -45%" });

async function load(link) {
  further.unobserve(link);
  if (link.ariaBusy === "true") return;
  link.ariaBusy = "true";
  try {
    const answer = await fetch(link.dataset.more, { headers: { "HX-Request": "true" } });
    if (!answer.ok) throw new Error(answer.status);
    const found = document.createRange().createContextualFragment(await answer.text());
    for (const one of found.querySelectorAll("[data-card]")) if (cardBy(one.dataset.card)) one.remove();
    link.closest("li").replaceWith(found);
    watch();
  } catch {
    link.removeAttribute("aria-busy");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-more]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  load(link);
});

function watch() {
  for (const link of document.querySelectorAll("[data-more]")) further.observe(link);
  for (const lane of document.querySelectorAll("[data-lane]")) sight.observe(lane);
}

document.addEventListener("htmx:afterSwap", watch);
document.addEventListener("htmx:after:swap", watch);
watch();
