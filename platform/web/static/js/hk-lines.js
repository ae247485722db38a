/* <hk-lines>: the lines inside a record. Rows come from the server; here they are added, moved and taken away.
   [data-blank] is the template of a row, whose boxes are named lines.__n__.…; [data-blank-group] that of a group's head.
   A line belongs to the group whose head stands above it; its hidden [data-group] box says so to the server.
   Alt+Arrow moves the line in which the cursor stands, Ctrl+Enter adds one. */
customElements.define("hk-lines", class extends HTMLElement {
  connectedCallback() {
    if (this.body) return;
    this.body = this.querySelector("tbody");
    this.next = this.body.querySelectorAll("[data-line]").length;
    this.addEventListener("click", (event) => this.clicked(event.target.closest("button")));
    this.addEventListener("input", (event) => event.target.matches("[data-group-name]") && this.settle());
    this.addEventListener("keydown", (event) => this.key(event));
    for (const name of ["focusin", "input"]) this.addEventListener(name, (event) => this.lay(event.target.closest("hk-link")));
    this.querySelector(".wide-table").addEventListener("scroll", () => this.lay(this.querySelector("hk-link:focus-within")));
  }

  /* What a link finds is laid over the table, which would cut it off where it scrolls. */
  lay(link) {
    if (!link?.list) return;
    const { left, bottom, width } = link.box.getBoundingClientRect();
    Object.assign(link.list.style, { position: "fixed", top: `${bottom + 2}px`, left: `${left}px`, width: `${Math.max(width, 280)}px` });
  }

  clicked(button) {
    if (!button) return;
    const row = button.closest("tr");
    if (button.matches("[data-add]")) this.add(this.body.lastElementChild);
    else if (button.matches("[data-add-group]")) this.addGroup();
    else if (button.matches("[data-gone]")) this.takeAway(row);
    else if (button.matches("[data-ungroup]")) this.change(() => row.remove());
    else if (button.matches("[data-up]")) this.move(row, -1, button);
    else if (button.matches("[data-down]")) this.move(row, 1, button);
  }

  key(event) {
    const row = event.target.closest("[data-line]");
    if (event.ctrlKey && event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      this.add(row || this.body.lastElementChild);
    } else if (row && event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) {
      event.preventDefault();
      this.move(row, event.key === "ArrowUp" ? -1 : 1, event.target);
    } else if (event.key === "Enter" && event.target.matches("[data-group-name]")) {
      event.preventDefault();
    }
  }

  made(name, number) {
    const holder = document.createElement("template");
    holder.innerHTML = this.querySelector(`template[data-${name}]`).innerHTML.replaceAll("__n__", number);
    return holder.content.firstElementChild;
  }

  add(behind) {
    const row = this.made("blank", this.next++);
    this.change(() => (behind ? behind.after(row) : this.body.append(row)));
    row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  }

  addGroup() {
    const head = this.made("blank-group", this.next);
    this.change(() => this.body.append(head));
    this.add(head);
    head.querySelector("input").focus();
  }

  takeAway(row) {
    const near = row.nextElementSibling || row.previousElementSibling;
    while (row.nextElementSibling?.matches(".told")) row.nextElementSibling.remove();
    this.change(() => row.remove());
    (near?.querySelector("[data-gone]") || this.querySelector("[data-add]")).focus();
  }

  move(row, step, held) {
    const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    this.change(() => (step < 0 ? other.before(row) : other.after(row)));
    held.focus();
  }

  change(work) {
    work();
    this.settle();
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }

  settle() {
    let group = "";
    const lines = this.body.querySelectorAll("[data-line]");
    for (const row of this.body.children) {
      if (row.matches("[data-group-row]")) group = row.querySelector("[data-group-name]").value;
      else if (row.matches("[data-line]")) row.querySelector("[data-group]").value = group;
    }
    this.querySelector("[data-count]").textContent = lines.length;
    this.querySelector("[data-none]").hidden = lines.length > 0;
  }
});
