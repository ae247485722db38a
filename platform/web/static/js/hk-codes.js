/* <hk-codes>: codes to keep, with buttons to copy, download and print them; without scripts they can be marked.
   data-name     what the file is called
   data-title    its first line
   data-copied   what the button says when they were copied */
customElements.define("hk-codes", class extends HTMLElement {
  connectedCallback() {
    this.querySelector("[hidden]").hidden = false;
    this.querySelector("[data-copy]").addEventListener("click", (event) => this.copy(event.currentTarget));
    this.querySelector("[data-save]").addEventListener("click", () => this.save());
    this.querySelector("[data-print]").addEventListener("click", () => print());
  }

  get text() {
    const codes = [...this.querySelectorAll("code")].map((code) => code.textContent);
    return [this.dataset.title, "", ...codes, ""].join("\n");
  }

  async copy(button) {
    await navigator.clipboard.writeText(this.text);
    button.querySelector("span").textContent = this.dataset.copied;
  }

  save() {
    const href = URL.createObjectURL(new Blob([this.text], { type: "text/plain" }));
    Object.assign(document.createElement("a"), { href, download: this.dataset.name }).click();
    URL.revokeObjectURL(href);
  }
});
