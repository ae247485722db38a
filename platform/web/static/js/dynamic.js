/* A form that follows its conditions while somebody types: shows and hides, asks for and fixes, offers what fits.
   <form data-here> around, which comes with the page, in a dialog (hk:asked) or with a part (htmx); data-prefix: of its ids
     [data-rules]       JSON of the conditions (screens/told.py); data-ask: where to ask what the page cannot know; data-text-…
     [data-moving=key]  around a field that may change: hidden, data-gap (it keeps its place in its row), data-locked
     [data-panel=key]   a panel; hidden, data-moves
     [data-told]        a live region that says what appeared
   The page arrives as the conditions say at first, the save holds to them again: nothing here decides what is stored.
   What was typed and then hidden is left out of what is sent, so that what was stored stays; a field that arrives with an
   error is in sight, and one that was changed (data-changed) stays open, so that both can be put right. */
import { holds } from "./conditions.js";

const WAITS = 200, ROUNDS = 6;
const BOXES = "input:not([type=hidden]), select, textarea, button, [contenteditable]";
const belongs = (name, key) => name === key || name.startsWith(`${key}.`) || name.startsWith(`${key}$`);

/* A limit for these values: what compares with a value that the record does not have yet limits nothing. */
function limited(tree, record) {
  if (!Array.isArray(tree)) return tree;
  const [word, ...rest] = tree;
  if (word === "against" && rest[7] === "record") return blank(record[rest[4].split(".")[0]]) ? undefined : tree;
  if (word === "every" || word === "some") {
    const kept = rest[0].map((each) => limited(each, record)).filter((each) => each !== undefined);
    return kept.length || !rest[0].length ? [word, kept] : undefined;
  }
  if (word === "not" || word === "through") {
    const inner = limited(rest.at(-1), record);
    return inner === undefined ? undefined : [...tree.slice(0, -1), inner];
  }
  return tree;
}
const blank = (raw) => raw === null || raw === "" || (Array.isArray(raw) && !raw.length);

class Dynamic {
  constructor(form, source) {
    Object.assign(this, { form, source, words: source.dataset, facts: JSON.parse(source.textContent), asked: {}, offered: {} });
    this.shown = {};
    this.kept = new Set();
    this.panels = [...form.querySelectorAll("[data-panel]")];
    this.places = this.panels.flatMap((panel) => [...panel.querySelectorAll("[data-field]")]
      .filter((node) => !node.parentElement.closest("[data-field]")).map((node) => ({ panel, node, key: node.dataset.field })));
    this.begin();
    addEventListener("load", () => setTimeout(() => this.touched || this.begin()));
    form.addEventListener("formdata", (event) => this.leaveOut(event.formData));
    for (const name of ["input", "change"]) form.addEventListener(name, (event) => { this.touched ||= event.isTrusted; this.later(); });
    for (const name of ["mousedown", "click", "keydown", "beforeinput", "drop"]) form.addEventListener(name, hold, { capture: true });
    form.addEventListener("reset", () => this.later());
    addEventListener("pageshow", () => this.judge(true));
    this.judge(true);
  }

  /* The id of a field's box. */
  at(key) {
    return `${this.form.dataset.prefix ?? ""}f-${key.replaceAll(".", "-")}`;
  }

  get moving() {
    return [...this.form.querySelectorAll("[data-moving]")];
  }

  /* What every field sends as long as nobody touches it. */
  begin() {
    this.before = Object.fromEntries(this.places.map(({ key }) => [key, this.sent(key)]));
  }

  later() {
    if (this.queued) return;
    this.queued = true;
    queueMicrotask(() => {
      this.queued = false;
      this.judge();
    });
  }

  /* -- values --------------------------------------------------------------------------------------------------- */
  sent(key) {
    const data = new FormData(this.form);
    return JSON.stringify([...data].filter(([name]) => belongs(name, key)).map(([name, value]) => [name, value.name ?? value]));
  }

  leaveOut(data) {
    const sent = [...data];
    for (const [key, shown] of Object.entries(this.shown)) {
      const mine = sent.filter(([name]) => belongs(name, key));
      const now = JSON.stringify(mine.map(([name, value]) => [name, value.name ?? value]));
      if (!shown && now !== this.before[key]) for (const [name] of mine) data.delete(name);
    }
  }

  values() {
    const data = new FormData(this.form), found = { ...this.facts.values };
    for (const [key, how] of Object.entries(this.facts.reads)) {
      if (data.has(key)) found[key] = how === "many" ? data.getAll(key).filter(Boolean) : data.getAll(key).at(-1);
    }
    return found;
  }

  /* -- judging -------------------------------------------------------------------------------------------------- */
  judge(first = false) {
    const before = { ...this.shown };
    this.unknown = false;
    for (let round = 0; round < ROUNDS; round++) {
      const values = this.values(), was = JSON.stringify(this.shown);
      this.decide(values, first);
      if (JSON.stringify(this.shown) === was) break;
    }
    this.lay();
    for (const [key, said] of Object.entries(this.facts.options)) this.offer(key, said, this.values());
    if (!first) this.tell(before);
    if (this.unknown) this.ask();
  }

  /* What a condition says: by itself, else what the server said last. What it looks at and changed since is asked for. */
  says(id, rule, values) {
    if (!rule) return true;
    const found = holds(rule.tree, values);
    if (found !== null) return found;
    this.wants(id, rule, values);
    return this.asked[id]?.answer ?? rule.now;
  }

  wants(id, rule, values) {
    const at = JSON.stringify(rule.names.map((name) => this.sent(name)));
    const known = (this.asked[id] ??= { at: JSON.stringify(rule.names.map((name) => this.before[name])), answer: rule.now });
    if (known.at !== at) this.unknown = true;
    known.wanted = at;
  }

  decide(values, first) {
    const open = new Map(this.panels.map((panel) => {
      const name = panel.dataset.panel;
      return [panel, this.says(`panels.${name}`, this.facts.panels[name], values)];
    }));
    for (const { panel, node, key } of this.places) {
      const rules = this.facts.fields[key] ?? {}, bad = node.classList.contains("bad");
      const says = (kind) => this.says(`fields.${key}.${kind}`, rules[kind], values);
      const shown = says("visible") && open.get(panel);
      if (first && bad && !shown) this.kept.add(key);
      if (panel.dataset.moves !== undefined) this.shown[key] = shown || this.kept.has(key);
      if (rules.required) this.require(key, says("required"));
      if (rules.readonly) this.lock(key, !bad && says("readonly"));
    }
  }

  /* -- what is seen ----------------------------------------------------------------------------------------------- */
  lay() {
    for (const node of this.moving) node.hidden = this.shown[node.dataset.moving] === false;
    for (const node of this.moving) {
      const seen = node.dataset.beside.split(" ").some((key) => key && this.shown[key] !== false);
      node.toggleAttribute("data-gap", node.hidden && seen);
    }
    for (const panel of this.panels) {
      if (panel.dataset.moves !== undefined) panel.hidden = !this.places.some((at) => at.panel === panel && this.shown[at.key]);
    }
  }

  require(key, on) {
    const label = document.getElementById(`${this.at(key)}-label`), box = document.getElementById(this.at(key));
    if (!label || !box) return;
    const star = label.querySelector("abbr");
    if (on && !star) label.append(Object.assign(document.createElement("abbr"), { title: this.words.textRequired, textContent: "*" }));
    if (!on) star?.remove();
    const first = box.matches("input, select, textarea, [role=radiogroup]") ? box : box.querySelector(BOXES);
    if (on) first?.setAttribute("aria-required", "true");
    else first?.removeAttribute("aria-required");
    const none = box.matches("select") && box.querySelector('option[value=""]');
    if (none) none.textContent = on ? this.words.textChoose : "–";
  }

  lock(key, on) {
    const node = this.form.querySelector(`[data-moving="${key}"]`);
    if (!node) return;
    const locked = on && !("changed" in node.dataset) && this.sent(key) === this.before[key];
    node.toggleAttribute("data-locked", locked);
    for (const box of node.querySelectorAll(BOXES)) {
      if (box.matches("input, textarea")) box.readOnly = locked;
      if (locked) box.setAttribute("aria-readonly", "true");
      else box.removeAttribute("aria-readonly");
    }
  }

  offer(key, said, values) {
    const box = document.getElementById(this.at(key));
    if (!box) return;
    const fits = this.fitting(key, said, values);
    if (box.matches("select")) {
      const all = (this.offered[key] ??= [...box.options]);
      const { value } = box; // options that come and go would move the choice
      const kept = all.filter((one) => ["", value, ...fits].includes(one.value) || one.defaultSelected);
      if (kept.length !== box.options.length || kept.some((one, at) => one !== box.options[at])) {
        box.replaceChildren(...kept);
        box.value = value;
      }
    }
    for (const one of box.matches("select") ? [] : box.querySelectorAll("input[value]")) {
      if (one.value) one.closest("label").hidden = !(fits.includes(one.value) || one.checked || one.defaultChecked);
    }
  }

  fitting(key, said, values) {
    const tree = limited(said.tree, values), known = this.asked[`options.${key}`]?.answer ?? said.now;
    return Object.keys(said.of).filter((option) => {
      const found = tree === undefined || holds(tree, said.of[option], values);
      if (found === null) this.wants(`options.${key}`, said, values);
      return found ?? known.includes(option);
    });
  }

  /* -- telling and asking ------------------------------------------------------------------------------------------- */
  tell(before) {
    const names = (wanted) => Object.keys(this.shown)
      .filter((key) => this.shown[key] === wanted && before[key] === !wanted)
      .map((key) => this.form.querySelector(`[data-field="${key}"] :is(label, .label)`)?.firstChild.textContent.trim()).filter(Boolean);
    const said = [[names(true), this.words.textAppeared], [names(false), this.words.textGone]]
      .filter(([found]) => found.length).map(([found, text]) => text.replace("{fields}", found.join(", ")));
    if (said.length) this.form.querySelector("[data-told]").textContent = said.join(". ");
  }

  ask() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetch(), WAITS);
  }

  async fetch() {
    this.asking?.abort();
    this.asking = new AbortController();
    const wanted = Object.fromEntries(Object.entries(this.asked).map(([id, { wanted }]) => [id, wanted]));
    const body = new URLSearchParams([...new FormData(this.form)].filter(([, value]) => typeof value === "string"));
    try {
      const answer = await fetch(this.words.ask, { method: "POST", body, signal: this.asking.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const found = await answer.json();
      for (const [id, known] of Object.entries(this.asked)) {
        const [kind, key, part] = id.split(".");
        const said = part ? found[kind][key]?.[part] : found[kind][key];
        Object.assign(known, { at: wanted[id], answer: said ?? known.answer });
      }
      this.judge();
    } catch (problem) {
      if (problem.name !== "AbortError") throw problem;
    }
  }
}

/* What is locked can be read and walked through, not changed. */
function hold(event) {
  if (!event.target.closest?.("[data-locked]") || (event.type === "keydown" && passes(event))) return;
  const text = event.target.matches("input:not([type=checkbox], [type=radio], [type=file], [type=color]), textarea");
  if (!text || !["mousedown", "click", "keydown"].includes(event.type)) event.preventDefault();
  event.stopImmediatePropagation();
}
const passes = (event) => event.ctrlKey || event.metaKey || event.altKey || ["Tab", "Escape"].includes(event.key);

const alive = new WeakSet();

function follow() {
  for (const source of document.querySelectorAll("form[data-here] script[data-rules]")) {
    if (!alive.has(source)) new Dynamic(source.closest("form"), source);
    alive.add(source);
  }
}
for (const name of ["hk:asked", "htmx:after:swap"]) document.addEventListener(name, follow);
follow();
