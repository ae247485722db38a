/* <hk-drop> around a label and a file input: a file that is dropped onto it is chosen, and [data-chosen] names it. Without
   scripts the input stands, in the browser's own words. */
customElements.define("hk-drop", class extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=file]");
    this.classList.add("alive");
    this.input.addEventListener("change", () => this.tell());
    addEventListener("pageshow", () => this.tell());
    this.addEventListener("dragover", (event) => {
      event.preventDefault();
      this.toggleAttribute("data-over", true);
    });
    this.addEventListener("dragleave", (event) => this.contains(event.relatedTarget) || this.removeAttribute("data-over"));
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      this.removeAttribute("data-over");
      if (!event.dataTransfer.files.length) return;
      this.input.files = event.dataTransfer.files;
      this.tell();
      this.input.focus();
    });
  }

  tell() {
    const [file] = this.input.files;
    if (file) this.querySelector("[data-chosen]").textContent = file.name;
  }
});
