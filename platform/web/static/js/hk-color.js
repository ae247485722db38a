/* <hk-color>: the browser's colour picker beside the text <input> inside it, which is what the form sends.
   data-text-pick   what the picker is called */
const HEX = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i;

customElements.define("hk-color", class extends HTMLElement {
  connectedCallback() {
    if (this.picker) return;
    this.box = this.querySelector("input");
    this.picker = Object.assign(document.createElement("input"), { type: "color", ariaLabel: this.dataset.textPick });
    this.prepend(this.picker);
    this.box.addEventListener("input", () => this.show());
    this.picker.addEventListener("input", () => {
      this.box.value = this.picker.value;
      this.box.dispatchEvent(new Event("change", { bubbles: true }));
      this.show();
    });
    this.show();
  }

  show() {
    const found = HEX.exec(this.box.value.normalize("NFKC").trim());
    this.toggleAttribute("data-empty", !found);
    if (!found) return;
    const digits = found[1].length === 3 ? [...found[1]].map((sign) => sign + sign).join("") : found[1];
    this.picker.value = `#${digits.toLowerCase()}`;
  }
});
