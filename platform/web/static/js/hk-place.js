/* <hk-place>: latitude and longitude in two boxes. Both pasted into the first one are shared out. */
customElements.define("hk-place", class extends HTMLElement {
  connectedCallback() {
    const [lat, lng] = this.querySelectorAll("input:not([type=hidden])");
    lat.addEventListener("change", () => {
      const found = /^\(?\s*(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\s*\)?$/.exec(lat.value.normalize("NFKC").trim());
      if (found) [lat.value, lng.value] = found.slice(1);
    });
  }
});
