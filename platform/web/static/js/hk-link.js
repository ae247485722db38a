/* <hk-link>: picks one record by typing. Around a <select> with the present choice, which still works without JavaScript.
   data-targets='[["account", "Accounts"], …]'   the modules that may be picked from, with their labels. Each answers
       /account/_pick?words=…&for=module.field with {"items": [{"id", "title", "note", "figure"}]}; no words: the recently
       changed ones. Of several modules the value is "account:id", of one it is the id.
   data-limits   in a form[data-here] (the id of its record, "" for a new one): the fields that say what may be picked. What
       stands in their boxes goes along, and the answer may say in "hint" what it was limited to.
       In a form (data-here) the answer may say in "make" where one that is not there yet is made: {"url", "text"}.
   data-icon   the sprite
   data-text-…                   the words, in the reader's language
   Arrows walk, Enter takes, Esc goes back; Hangul may still be composed while the list already answers. */
const WAITS = 120;
let count = 0;

customElements.define("hk-link", class extends HTMLElement {
  connectedCallback() {
    if (this.box) return;
    this.select = this.querySelector("select");
    this.kept = this.querySelector("input[type=hidden]");
    this.targets = JSON.parse(this.dataset.targets);
    this.number = ++count;
    this.build();
    this.box.addEventListener("input", () => this.later());
    this.box.addEventListener("focus", () => this.box.select());
    this.box.addEventListener("click", () => this.list.hidden && this.ask());
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("focusout", (event) => this.contains(event.relatedTarget) || this.leave());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.taken(event.target.closest("[role=option]:not([href])")));
    this.clear.addEventListener("click", () => this.take("", ""));
    this.addEventListener("hk:made", ({ detail }) => this.take(this.targets.length > 1 ? `${detail.module}:${detail.id}` : detail.id, detail.title));
    this.show();
  }

  build() {
    const make = (name, facts = {}) => Object.assign(document.createElement(name), facts);
    this.list = make("div", { className: "dropdown-menu show", id: `link-${this.number}`, hidden: true, role: "listbox" });
    this.box = make("input", { className: "form-control", type: "text", autocomplete: "off", spellcheck: false,
      id: this.select.id, placeholder: this.select.getAttribute("placeholder") || this.dataset.textFind, role: "combobox",
      required: this.select.required, autofocus: this.select.autofocus });
    for (const name of ["aria-invalid", "aria-describedby", "aria-required"]) {
      if (this.select.hasAttribute(name)) this.box.setAttribute(name, this.select.getAttribute(name));
    }
    this.box.setAttribute("aria-autocomplete", "list");
    this.box.setAttribute("aria-controls", this.list.id);
    this.box.setAttribute("aria-expanded", "false");
    this.clear = make("button", { type: "button", tabIndex: -1, className: "btn bare small square", ariaLabel: this.dataset.textClear });
    this.clear.append(this.icon("x"));
    this.status = make("span", { className: "visually-hidden", role: "status" });
    this.select.removeAttribute("id");
    this.select.required = false;
    this.select.hidden = true;
    this.append(this.box, this.clear, this.list, this.status);
    if (this.select.autofocus) this.box.focus();
  }

  icon(name) {
    const holder = document.createElement("template");
    holder.innerHTML = '<svg class="icon" aria-hidden="true"><use/></svg>';
    holder.content.querySelector("use").setAttribute("href", `${this.dataset.icon}#i-${name}`);
    return holder.content;
  }

  get title() {
    return this.select.value ? this.select.selectedOptions[0].textContent : "";
  }

  show() {
    this.box.value = this.title;
    this.clear.hidden = !this.select.value;
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAITS);
  }

  async ask() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = new AbortController();
    const words = this.box.value === this.title ? "" : this.box.value.trim();
    const { signal } = this.asking;
    try {
      const found = await Promise.all(this.targets.map(([module]) => this.found(module, words, signal)));
      if (this.contains(document.activeElement)) this.draw(found, words);
    } catch (problem) {
      if (problem.name !== "AbortError") this.say(this.dataset.textFailed);
    }
  }

  async found(module, words, signal) {
    const query = new URLSearchParams({ words, for: this.dataset.for, ...this.limits() });
    const answer = await fetch(`/${module}/_pick?${query}`, { signal, headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const { items, hint, make } = await answer.json();
    return { hint, make, items: this.targets.length > 1 ? items.map((item) => ({ ...item, id: `${module}:${item.id}` })) : items };
  }

  limits() {
    const form = this.closest("form[data-here]");
    if (!form || this.dataset.limits === undefined) return {};
    const data = new FormData(form), line = this.select.name.split(".").slice(0, -1).join("."), before = line && `${line}.`;
    const names = this.dataset.limits.split(" ").filter((name) => name && data.has(before + name));
    const typed = names.map((name) => [`at.${name}`, data.getAll(before + name).at(-1)]);
    return { limited: "1", record: form.dataset.here, ...Object.fromEntries(typed) };
  }

  draw(found, words) {
    this.list.replaceChildren();
    const several = this.targets.length > 1;
    found.forEach(({ items, hint }, group) => {
      if (hint) this.head(hint);
      if (items.length === 0) return;
      if (several) this.head(this.targets[group][1]);
      else if (!hint) this.head(words ? this.dataset.textFound : this.dataset.textRecent);
      for (const item of items) this.list.append(this.option(item, words, this.options.length));
    });
    const count = this.options.length;
    if (count === 0) this.head(words ? this.dataset.textNone.replace("{words}", words) : this.dataset.textEmpty);
    if (this.closest("form[data-here]") && !this.closest("dialog")) found.forEach(({ make }) => make && this.list.append(this.maker(make)));
    this.open();
    this.point(words && this.options.length ? 0 : -1);
    this.status.textContent = count ? `${this.list.firstChild.textContent}: ${count}` : this.list.textContent;
  }

  head(text) {
    const head = document.createElement("div");
    head.className = "dropdown-header";
    head.textContent = text;
    this.list.append(head);
  }

  say(text) {
    this.list.replaceChildren();
    this.head(text);
    this.open();
  }

  option(item, words, at) {
    const option = document.createElement("div");
    Object.assign(option, { className: "dropdown-item", id: `${this.list.id}-${at}`, role: "option", ariaSelected: "false" });
    Object.assign(option.dataset, { id: item.id, title: item.title });
    const name = document.createElement("span");
    name.className = "clip";
    name.append(...marked(item.title, words));
    if (item.note) name.append(" ", small(item.note));
    option.append(name);
    if (item.figure) option.append(small(item.figure, "push fig"));
    return option;
  }

  maker({ url, text }) {
    const option = document.createElement("a");
    Object.assign(option, { className: "dropdown-item", id: `${this.list.id}-${this.options.length}`, href: url, role: "option", ariaSelected: "false", tabIndex: -1 });
    option.dataset.ask = "";
    option.append(this.icon("plus"), Object.assign(document.createElement("span"), { className: "clip", textContent: text }));
    return option;
  }

  open() {
    this.list.hidden = false;
    this.box.setAttribute("aria-expanded", "true");
  }

  close() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.list.hidden = true;
    this.box.setAttribute("aria-expanded", "false");
    this.box.removeAttribute("aria-activedescendant");
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  point(at) {
    this.at = at;
    this.options.forEach((option, i) => {
      option.classList.toggle("active", i === at);
      option.ariaSelected = String(i === at);
    });
    const option = this.options[at];
    if (!option) return this.box.removeAttribute("aria-activedescendant");
    this.box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const shut = this.list.hidden;
    const idle = shut && (event.key === "Enter" || this.box.value === this.title);
    const keys = {
      ArrowDown: () => (shut ? this.ask() : this.point(Math.min((this.at ?? -1) + 1, this.options.length - 1))),
      ArrowUp: () => (shut ? this.ask() : this.point(Math.max((this.at ?? 0) - 1, 0))),
      Enter: () => this.taken(this.options[this.at]),
      Escape: () => { this.show(); this.close(); },
    };
    if (!(event.key in keys) || (idle && ["Enter", "Escape"].includes(event.key))) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  }

  taken(option) {
    if (option?.href) option.click();
    else if (option) this.take(option.dataset.id, option.dataset.title);
  }

  take(id, title) {
    this.select.replaceChildren(new Option("", ""));
    if (id) this.select.append(new Option(title, id, true, true));
    this.kept.value = title;
    this.close();
    this.show();
    this.box.focus();
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  leave() {
    if (this.box.value.trim() === "" && this.select.value) {
      this.select.value = "";
      this.kept.value = "";
      this.select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    this.show();
    this.close();
  }
});

function marked(title, words) {
  const at = words ? title.toLowerCase().indexOf(words.toLowerCase()) : -1;
  if (at < 0) return [title];
  const mark = document.createElement("mark");
  mark.textContent = title.slice(at, at + words.length);
  return [title.slice(0, at), mark, title.slice(at + words.length)];
}

function small(text, name = "") {
  return Object.assign(document.createElement("small"), { textContent: text, className: name });
}
