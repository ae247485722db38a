/* <hk-address>: lays the boxes of an address out in the order of the chosen country, for the eye and for the keyboard.
   data-eastern   the countries that begin with the large; data-east stands while one of them is chosen
   Each label has its words for both orders: data-east, data-west. */
const EAST = ["country", "postcode", "state", "city", "street", "detail"];
const WEST = ["country", "street", "detail", "city", "state", "postcode"];

customElements.define("hk-address", class extends HTMLElement {
  connectedCallback() {
    this.countries = this.dataset.eastern.split(" ");
    this.querySelector("select").addEventListener("change", (event) => this.lay(event.target));
  }

  lay(select) {
    const east = this.countries.includes(select.value);
    if (east === this.hasAttribute("data-east")) return;
    this.toggleAttribute("data-east", east);
    const boxes = this.querySelector(".address");
    for (const part of (east ? EAST : WEST).slice(1)) {
      const box = boxes.querySelector(`[data-part="${part}"]`);
      const label = box.querySelector("span");
      label.textContent = east ? label.dataset.east : label.dataset.west;
      boxes.append(box);
    }
  }
});
