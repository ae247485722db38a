/* Choosing rows of a list, across its pages. [data-list] holds the table and the bar [data-bulk]; what is chosen is kept in
   this tab, by the address of the list without its page. The bar asks (ask.js draws the dialog) or sends at once. Keys: x
   chooses the row of the cursor, Esc lets go. On a phone [data-choose] begins to choose: a touch then ticks a row. */
const MOST = 2000, ASKED = 100, NAMED = 100, TOGETHER = 5;
const list = () => document.querySelector("[data-list]");
const bar = () => document.querySelector("[data-bulk]");
const boxes = () => [...document.querySelectorAll("[data-pick]")];

const key = () => {
  const address = new URL(location.href);
  for (const name of ["after", "before", "start", "count", "ask", "sort", "columns", "size"]) address.searchParams.delete(name);
  return `picked:${address.pathname}?${address.searchParams}`;
};
const read = () => {
  try {
    return { ids: [], all: false, but: [], ...JSON.parse(sessionStorage.getItem(key())) };
  } catch {
    return { ids: [], all: false, but: [] };
  }
};
const keep = (picked) => {
  if (picked.all || picked.ids.length) sessionStorage.setItem(key(), JSON.stringify(picked));
  else sessionStorage.removeItem(key());
  draw();
};
const has = (picked, id) => (picked.all ? !picked.but.includes(id) : picked.ids.includes(id));

function set(ids, wanted) {
  const picked = read();
  const name = picked.all ? "but" : "ids";
  const others = picked[name].filter((one) => !ids.includes(one));
  const put = picked.all ? !wanted : wanted;
  keep({ ...picked, [name]: (put ? [...others, ...ids] : others).slice(0, MOST) });
}

function draw() {
  const here = bar();
  if (!here) return;
  const picked = read(), found = boxes();
  for (const box of found) box.checked = has(picked, box.value);
  const top = document.querySelector("[data-pick-all]");
  const on = found.filter((box) => box.checked).length;
  if (top) {
    top.checked = on > 0 && on === found.length;
    top.indeterminate = on > 0 && on < found.length;
  }
  const none = !picked.all && !picked.ids.length;
  here.hidden = none;
  list().toggleAttribute("data-picking", !none);
  if (none) return;
  const count = here.querySelector("[data-count]");
  count.textContent = !picked.all
    ? count.dataset.some.replace("{count}", picked.ids.length.toLocaleString())
    : picked.but.length ? count.dataset.but.replace("{count}", picked.but.length.toLocaleString()) : count.dataset.every;
  const merging = here.querySelector("[data-merge]");
  if (merging) merging.hidden = picked.all || picked.ids.length < 2 || picked.ids.length > TOGETHER;
  const exporting = here.querySelector("[data-export]");
  if (exporting) exporting.hidden = (picked.all ? picked.but : picked.ids).length > NAMED;
  for (const own of here.querySelectorAll("[data-do]")) own.hidden = picked.all || picked.ids.length > ASKED;
  here.querySelector("[data-all]").hidden = picked.all || on < found.length || here.dataset.more !== "yes";
}

function body(picked, action) {
  const form = new FormData();
  form.set("action", action);
  form.set("csrf_token", document.querySelector('meta[name="csrf-token"]').content);
  if (picked.all) form.set("all", "1");
  for (const id of picked.all ? picked.but : picked.ids) form.append(picked.all ? "but" : "id", id);
  return form;
}

function act(button) {
  const picked = read();
  const asks = button.dataset.asks === "yes" || picked.all || picked.ids.length > ASKED;
  const form = body(picked, button.dataset.act);
  if (asks) {
    document.dispatchEvent(new CustomEvent("hk:ask", { detail: { address: bar().dataset.ask, body: form, opener: button } }));
    return;
  }
  send(bar().dataset.run, form);
}

/* An action of the module's own: its questions are a dialog, else it is sent as the button of a row would be. */
function perform(button) {
  const some = read().ids.map((id) => ["id", id]), next = ["next", location.pathname + location.search];
  if (button.dataset.asks === "yes") return dialog(`${button.dataset.do}?${new URLSearchParams([...some, next])}`);
  send(button.dataset.do, [...some, next, ["csrf_token", document.querySelector('meta[name="csrf-token"]').content]]);
}

function send(action, form) {
  sessionStorage.removeItem(key());
  const sent = Object.assign(document.createElement("form"), { method: "post", action, hidden: true });
  for (const [name, value] of form) sent.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  document.body.append(sent);
  sent.submit();
}

function dialog(href) {
  const link = Object.assign(document.createElement("a"), { href, hidden: true });
  link.dataset.ask = "";
  document.body.append(link);
  link.click();
  link.remove();
}

/* The export of a list, narrowed down to the chosen rows by its address; a hundred ids are as many as that takes. */
function take(button) {
  const picked = read(), address = new URL(button.dataset.export, location.origin), some = picked.all ? picked.but : picked.ids;
  if (some.length) address.searchParams.append("f", `id.${picked.all ? "not_in" : "in"}.${some.join(",")}`);
  dialog(address.href);
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-pick]")) set([event.target.value], event.target.checked);
  else if (event.target.matches("[data-pick-all]")) set(boxes().map((box) => box.value), event.target.checked);
  else if (event.target.matches("[data-bulk-field]")) more(event.target);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-bulk-remove]")) return less(event.target.closest("[data-bulk-one]"));
  const here = event.target.closest("[data-bulk] button");
  if (!here) return;
  if (here.matches("[data-all]")) keep({ ids: [], all: true, but: [] });
  else if (here.matches("[data-none]")) release();
  else if (here.matches("[data-merge]")) location.assign(`${here.dataset.merge}?${new URLSearchParams(read().ids.map((id) => ["id", id]))}`);
  else if (here.matches("[data-export]")) take(here);
  else if (here.matches("[data-do]")) perform(here);
  else act(here);
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || !list()) return;
  if (event.target.closest("input:not([data-pick], [data-pick-all]), textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
  if (event.key === "x") {
    const row = document.querySelector("[data-rows] tr.here [data-pick]");
    if (row) set([row.value], !row.checked);
  } else if (event.key === "Escape" && !bar()?.hidden && !document.querySelector("details.menu-box[open]")) release();
});

document.addEventListener("click", (event) => {
  const here = event.target.closest("[data-list]:is([data-choosing], [data-picking]) tbody tr[data-href]"), box = here?.querySelector("[data-pick]");
  if (innerWidth < 768 && event.target.closest("[data-choose]")) {
    event.target.closest("details")?.removeAttribute("open");
    list().toggleAttribute("data-choosing");
  } else if (innerWidth < 768 && box && event.target !== box) {
    event.preventDefault();
    event.stopPropagation();
    set([box.value], !box.checked);
  }
}, true);

function release() {
  list().removeAttribute("data-choosing");
  keep({ ids: [], all: false, but: [] });
  document.querySelector("[data-pick-all]")?.focus();
}

/* The dialog: one more field, one less; what was changed is chosen no more. */
async function more(select) {
  const chosen = select.value;
  if (!chosen) return;
  const answer = await fetch(`${select.dataset.bulkField}?key=${encodeURIComponent(chosen)}`, { headers: { "HX-Request": "true" } });
  if (!answer.ok) return;
  const place = select.form.querySelector("[data-bulk-fields]");
  place.append(document.createRange().createContextualFragment(await answer.text()));
  offer(select);
  select.value = "";
  place.lastElementChild.querySelector("input:not([type=hidden]), select, textarea, hk-link input")?.focus();
}

function less(one) {
  const select = one.closest("form").querySelector("[data-bulk-field]");
  one.remove();
  offer(select);
  select.focus();
}

function offer(select) {
  const taken = [...select.form.querySelectorAll("[data-bulk-one]")].map((one) => one.dataset.bulkOne);
  for (const option of select.options) option.hidden = option.disabled = taken.includes(option.value);
}

document.addEventListener("hk:asked", (event) => {
  const select = event.detail.querySelector("[data-bulk-field]");
  if (select) offer(select);
});
document.addEventListener("hk:done", () => sessionStorage.removeItem(key()));
document.addEventListener("htmx:afterSwap", draw);
document.addEventListener("htmx:after:swap", draw);
addEventListener("pageshow", draw);
draw();
