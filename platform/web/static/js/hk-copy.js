/* <hk-copy>: a text to keep, with a button that copies it; without scripts it can be marked.
   data-copied   what the button says when it was copied */
customElements.define("hk-copy", class extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.querySelector("code").textContent);
      button.querySelector("span").textContent = this.dataset.copied;
    });
  }
});
