/* <hk-arrange>: a list whose [data-item]s are put in another order by dragging their .grip, or by ↑ and ↓ on it. What is
   data-fixed stays first. data-text-moved says where an item went, in its [data-said]. A [data-find] in the same form shows
   only what has these words. The order is that of the boxes when the form is sent. */
customElements.define("hk-arrange", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("pointerdown", (event) => this.lift(event));
    this.addEventListener("pointermove", (event) => this.drag(event));
    for (const name of ["pointerup", "pointercancel"]) this.addEventListener(name, () => this.drop());
    this.addEventListener("keydown", (event) => this.key(event));
    const find = this.closest("form").querySelector("[data-find]");
    find?.addEventListener("input", () => this.find(find.value));
    find?.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  }

  get items() {
    return [...this.querySelectorAll("[data-item]")];
  }

  lift(event) {
    const grip = event.target.closest("button.grip");
    if (!grip || event.button) return;
    event.preventDefault();
    grip.focus();
    this.held = grip.closest("[data-item]");
    this.held.classList.add("held");
    this.setPointerCapture(event.pointerId);
  }

  drag(event) {
    if (!this.held) return;
    const box = this.getBoundingClientRect();
    if (event.clientY < box.top + 24) this.scrollTop -= 8;
    if (event.clientY > box.bottom - 24) this.scrollTop += 8;
    const other = this.items.find((one) => {
      const at = one.getBoundingClientRect();
      return one !== this.held && !one.hidden && event.clientY >= at.top && event.clientY <= at.bottom;
    });
    if (!other || other.matches("[data-fixed]")) return;
    const at = other.getBoundingClientRect(), lower = event.clientY > at.top + at.height / 2;
    if (lower) other.after(this.held);
    else other.before(this.held);
  }

  drop() {
    if (!this.held) return;
    this.held.classList.remove("held");
    this.say(this.held);
    this.held = null;
  }

  key(event) {
    const grip = event.target.closest("button.grip"), step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!grip || !step) return;
    event.preventDefault();
    event.stopPropagation();
    const item = grip.closest("[data-item]"), all = this.items.filter((one) => !one.hidden), other = all[all.indexOf(item) + step];
    if (!other || other.matches("[data-fixed]")) return;
    if (step < 0) other.before(item);
    else other.after(item);
    grip.focus();
    this.say(item);
  }

  say(item) {
    const all = this.items;
    this.querySelector("[data-said]").textContent = this.dataset.textMoved.replace("{column}", item.dataset.item)
      .replace("{place}", all.indexOf(item) + 1).replace("{count}", all.length);
  }

  find(words) {
    const wanted = words.trim().toLowerCase();
    for (const one of this.items) one.hidden = !one.dataset.item.toLowerCase().includes(wanted);
  }
});
