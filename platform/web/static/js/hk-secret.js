/* <hk-secret>: a button behind the password <input> inside it, which shows what the dots stand for.
   data-icon                         the sprite
   data-text-show, data-text-hide    what the button is called */
customElements.define("hk-secret", class extends HTMLElement {
  connectedCallback() {
    if (this.button) return;
    this.box = this.querySelector("input");
    this.button = Object.assign(document.createElement("button"), { type: "button", className: "btn bare small square" });
    this.button.addEventListener("click", () => this.show(this.box.type === "password"));
    this.append(this.button);
    this.show(false);
  }

  show(open) {
    this.box.type = open ? "text" : "password";
    this.button.setAttribute("aria-pressed", String(open));
    this.button.ariaLabel = this.button.title = open ? this.dataset.textHide : this.dataset.textShow;
    const holder = document.createElement("template");
    holder.innerHTML = '<svg class="icon" aria-hidden="true"><use/></svg>';
    holder.content.querySelector("use").setAttribute("href", `${this.dataset.icon}#i-${open ? "eye-off" : "eye"}`);
    this.button.replaceChildren(holder.content);
  }
});
