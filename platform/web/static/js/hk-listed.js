/* <hk-listed>: rows of a list, each with a box, a kind and the mark of the primary. Adds and removes rows.
   data-icon                          the sprite
   data-text-add, data-text-remove    the words, in the reader's language
   The last row is blank: it is hidden until it is asked for, unless it is the only one. */
customElements.define("hk-listed", class extends HTMLElement {
  connectedCallback() {
    if (this.list) return;
    this.list = this.querySelector(".listed");
    this.blank = this.rows().at(-1).cloneNode(true);
    if (this.rows().length > 1) this.rows().at(-1).remove();
    this.add = this.button("plus", this.dataset.textAdd, () => this.more());
    this.add.append(this.dataset.textAdd);
    this.add.classList.remove("square");
    this.append(this.add);
    this.rows().forEach((row) => this.removable(row));
    this.count();
  }

  rows() {
    return [...this.list.querySelectorAll(".entry")];
  }

  button(icon, label, action) {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "btn bare small square", ariaLabel: label, title: label });
    made.innerHTML = `<svg class="icon" aria-hidden="true"><use href="${this.dataset.icon}#i-${icon}"/></svg>`;
    made.addEventListener("click", action);
    return made;
  }

  removable(row) {
    row.append(this.button("x", this.dataset.textRemove, () => this.less(row)));
  }

  more() {
    const row = this.blank.cloneNode(true);
    row.querySelector("[type=radio]").checked = false;
    this.list.append(row);
    this.removable(row);
    this.count();
    row.querySelector(".form-control").focus();
  }

  less(row) {
    const was = row.querySelector("[type=radio]").checked;
    if (this.rows().length === 1) this.more();
    row.remove();
    const boxes = this.rows().map((left) => left.querySelector("[type=radio]"));
    if (was) boxes[0].checked = true;
    this.count();
    this.add.focus();
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  count() {
    this.rows().forEach((row, place) => (row.querySelector("[type=radio]").value = place));
    this.toggleAttribute("data-single", this.rows().length === 1);
  }
});
