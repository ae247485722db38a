/* <hk-icon>: draws the icon that the <input> inside it names, and offers the ones that fit what is typed.
   data-sprite      the sprite of all icons
   data-names       the names to choose from with blanks between them, or the address of a list of them
   data-text-…      the words, in the reader's language
   Arrows walk, Enter takes, Esc closes. */
const MOST = 48;
let count = 0;

customElements.define("hk-icon", class extends HTMLElement {
  connectedCallback() {
    if (this.list) return;
    this.box = this.querySelector("input");
    const make = (name, facts) => Object.assign(document.createElement(name), facts);
    this.drawing = make("span", { className: "drawn", ariaHidden: "true" });
    this.list = make("div", { className: "dropdown-menu show", id: `icons-${++count}`, hidden: true, role: "listbox",
      ariaLabel: this.dataset.textList });
    this.prepend(this.drawing);
    this.append(this.list);
    this.box.setAttribute("role", "combobox");
    this.box.setAttribute("aria-autocomplete", "list");
    this.box.setAttribute("aria-controls", this.list.id);
    this.box.setAttribute("aria-expanded", "false");
    this.box.addEventListener("input", () => this.offer());
    this.box.addEventListener("click", () => this.list.hidden && this.offer());
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("focusout", (event) => this.contains(event.relatedTarget) || this.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.pick(event.target.closest("[role=option]")));
    this.show();
  }

  icon(name) {
    const holder = document.createElement("template");
    holder.innerHTML = '<svg class="icon" aria-hidden="true"><use/></svg>';
    holder.content.querySelector("use").setAttribute("href", `${this.dataset.sprite}#i-${name}`);
    return holder.content;
  }

  show() {
    const name = this.box.value.trim();
    this.drawing.replaceChildren(...(/^[a-z0-9-]+$/.test(name) ? [this.icon(name)] : []));
  }

  async names() {
    const said = this.dataset.names;
    this.known ??= said.startsWith("/") ? (await (await fetch(said)).text()).split(/\s+/).filter(Boolean) : said.split(" ");
    return this.known;
  }

  async offer() {
    this.show();
    const words = this.box.value.trim().toLowerCase();
    const names = await this.names();
    if (words !== this.box.value.trim().toLowerCase()) return; // more was typed meanwhile, and is answered by itself
    const fitting = names.filter((name) => name.includes(words));
    const found = [...fitting.filter((name) => name.startsWith(words)), ...fitting.filter((name) => !name.startsWith(words))];
    this.list.replaceChildren(...found.slice(0, MOST).map((name, place) => {
      const option = Object.assign(document.createElement("div"), { id: `${this.list.id}-${place}`, role: "option", title: name, ariaLabel: name });
      option.dataset.name = name;
      option.append(this.icon(name));
      return option;
    }));
    if (!found.length) this.list.append(this.dataset.textNone.replace("{words}", words));
    this.list.hidden = false;
    this.box.setAttribute("aria-expanded", "true");
    this.at(-1);
  }

  at(place) {
    const options = [...this.list.querySelectorAll("[role=option]")];
    this.place = options.length ? Math.max(-1, Math.min(place, options.length - 1)) : -1;
    options.forEach((option, number) => option.setAttribute("aria-selected", String(number === this.place)));
    const chosen = options[this.place];
    if (chosen) { this.box.setAttribute("aria-activedescendant", chosen.id); chosen.scrollIntoView({ block: "nearest" }); }
    else this.box.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const across = Math.max(1, Math.floor(this.list.clientWidth / 40));
    const steps = { ArrowDown: across, ArrowUp: -across, ArrowRight: 1, ArrowLeft: -1 };
    if (event.key === "Escape" && !this.list.hidden) { event.stopPropagation(); this.close(); return; }
    if (event.key === "ArrowDown" && this.list.hidden) { event.preventDefault(); this.offer(); return; }
    if (event.key === "Enter" && !this.list.hidden && this.place >= 0) {
      event.preventDefault();
      this.pick(this.list.querySelectorAll("[role=option]")[this.place]);
    }
    const along = event.key === "ArrowLeft" || event.key === "ArrowRight";
    if (this.list.hidden || !(event.key in steps) || (along && this.place < 0)) return;
    event.preventDefault();
    this.at(this.place < 0 ? 0 : this.place + steps[event.key]);
  }

  pick(option) {
    if (!option) return;
    this.box.value = option.dataset.name;
    this.box.dispatchEvent(new Event("change", { bubbles: true }));
    this.show();
    this.close();
  }

  close() {
    this.list.hidden = true;
    this.box.setAttribute("aria-expanded", "false");
    this.box.removeAttribute("aria-activedescendant");
  }
});
