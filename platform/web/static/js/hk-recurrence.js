/* <hk-recurrence>: shows those boxes of a repetition that count for what is chosen; the rest is done by styles.
   data-freq, data-end   what is chosen now: DAILY … YEARLY, OWN or nothing; until, count or nothing */
customElements.define("hk-recurrence", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", () => this.show());
    this.show();
  }

  show() {
    for (const part of ["freq", "end"]) this.dataset[part] = this.querySelector(`[name$=".${part}"]`).value;
    const label = this.querySelector('[data-part="every"] > span');
    label.textContent = label.dataset[this.dataset.freq.toLowerCase()] ?? label.textContent;
  }
});
