/* <hk-ties data-name="contacts">: links to many. What the box inside finds becomes a ticked box of [data-list]; a box
   that is not ticked any more is not sent, so its record is untied by the save. */
customElements.define("hk-ties", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => event.target.closest("hk-link") && this.take(event.target.closest("hk-link")));
  }

  take(finder) {
    const { value } = finder.select;
    if (!value) return;
    const { title } = finder;
    finder.take("", "");
    const known = [...this.querySelectorAll("[data-list] input[type=checkbox]")].find((box) => box.value === value);
    if (known) { known.checked = true; return; }
    const label = document.createElement("label");
    const box = Object.assign(document.createElement("input"), {
      type: "checkbox", className: "form-check-input", name: this.dataset.name, value, checked: true,
    });
    const kept = Object.assign(document.createElement("input"), {
      type: "hidden", name: `${this.dataset.name}$title.${value}`, value: title,
    });
    label.append(box, kept, ` ${title}`);
    this.querySelector("[data-list]").append(label);
  }
});
