/* <hk-variables>: picks a variable of a template and puts it where the caret was.
   data-into    the id of the input, or of the sheet of an <hk-rich>
   data-about   the name of the box that says the module whose fields are offered
   data-from    the address that lists them (?about=)
   data-text-…  the words, in the reader's language
   Esc closes the list and leads back; arrows walk in it. */
customElements.define("hk-variables", class extends HTMLElement {
  connectedCallback() {
    if (this.button) return;
    this.button = Object.assign(document.createElement("button"), { type: "button", className: "btn bare small", textContent: `{ } ${this.dataset.textOpen}` });
    this.button.ariaExpanded = "false";
    this.panel = Object.assign(document.createElement("div"), { className: "variables-panel", hidden: true });
    this.append(this.button, this.panel);
    this.button.addEventListener("click", () => this.toggle());
    this.panel.addEventListener("click", (event) => this.put(event.target.closest("[data-variable]")));
    this.panel.addEventListener("input", (event) => this.narrow(event.target.value));
    this.panel.addEventListener("keydown", (event) => this.key(event));
    this.held = () => this.hold();
    document.addEventListener("selectionchange", this.held);
  }

  disconnectedCallback() {
    document.removeEventListener("selectionchange", this.held);
  }

  get target() {
    return document.getElementById(this.dataset.into);
  }

  /* Where the caret is in the sheet, for a click beside it moves it away. */
  hold() {
    const selection = document.getSelection(), sheet = this.target;
    if (selection.rangeCount && sheet?.isContentEditable && sheet.contains(selection.anchorNode)) this.range = selection.getRangeAt(0).cloneRange();
  }

  async toggle() {
    if (!this.panel.hidden) return this.close();
    const about = this.closest("form")?.elements.namedItem(this.dataset.about)?.value ?? "";
    this.button.ariaExpanded = "true";
    this.panel.hidden = false;
    const find = Object.assign(document.createElement("input"), { className: "form-control", type: "search", placeholder: this.dataset.textFind, ariaLabel: this.dataset.textFind });
    const list = document.createElement("div");
    list.className = "variables-list";
    this.panel.replaceChildren(find, list);
    find.focus();
    try {
      const answer = await fetch(`${this.dataset.from}?about=${encodeURIComponent(about)}`, { headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(answer.status);
      list.append(document.createRange().createContextualFragment(await answer.text()));
    } catch {
      list.textContent = this.dataset.textFailed;
    }
  }

  narrow(words) {
    const wanted = words.trim().toLowerCase();
    for (const item of this.panel.querySelectorAll("li")) item.hidden = !item.textContent.toLowerCase().includes(wanted);
    for (const part of this.panel.querySelectorAll("section")) part.hidden = !part.querySelector("li:not([hidden])");
  }

  key(event) {
    const shown = [...this.panel.querySelectorAll("li:not([hidden]) button")].filter((one) => one.checkVisibility());
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
      this.button.focus();
    } else if (event.key === "Enter" && event.target.matches("input")) {
      event.preventDefault();
      this.put(shown[0]);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const place = shown.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1);
      (shown[place] ?? this.panel.querySelector("input")).focus();
    }
  }

  put(chosen) {
    const target = this.target;
    if (!chosen || !target) return;
    const text = `{{ ${chosen.dataset.variable} }}`;
    this.close();
    target.focus();
    if (target.isContentEditable) {
      const selection = document.getSelection();
      if (this.range && target.contains(this.range.startContainer)) {
        selection.removeAllRanges();
        selection.addRange(this.range);
      }
      document.execCommand("insertText", false, text);
    } else {
      target.setRangeText(text, target.selectionStart, target.selectionEnd, "end");
      target.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  close() {
    this.panel.hidden = true;
    this.panel.replaceChildren();
    this.button.ariaExpanded = "false";
  }
});
