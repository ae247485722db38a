/* <hk-rich>: an editor over the <textarea> inside it, which holds the HTML and is what the form sends.
   data-icon           the sprite
   data-label          what the editor is called
   data-text-tools, data-text-bold, …  the words, in the reader's language
   Only known tags get in, typed, pasted or stored; the server cleans what comes all the same. The toolbar is one stop of
   the Tab key: arrows walk in it. Ctrl+B, Ctrl+I, Ctrl+U and Ctrl+K (a link) work in the text. */
const TOOLS = [["bold", "bold"], ["italic", "italic"], ["underline", "underline"], ["h2", "heading"], ["ul", "list"],
  ["ol", "list-numbers"], ["quote", "blockquote"], ["link", "link"], ["plain", "clear-formatting"]];
const COMMANDS = { bold: ["bold"], italic: ["italic"], underline: ["underline"], ul: ["insertUnorderedList"],
  ol: ["insertOrderedList"] };
const KNOWN = new Set(("P DIV H2 H3 H4 UL OL LI BLOCKQUOTE PRE HR TABLE THEAD TBODY TR TH TD A B STRONG I EM U S MARK CODE SUB SUP BR").split(" "));
const LOST = new Set(["SCRIPT", "STYLE", "TEMPLATE", "TITLE", "NOSCRIPT", "IFRAME", "OBJECT", "SVG", "MATH"]);
const BLOCK = /^(P|DIV|H[2-4]|UL|OL|LI|BLOCKQUOTE|PRE|HR|TABLE)$/;
const HELD = "p, div, h2, h3, h4, ul, ol, blockquote, pre, hr, table";
const WEB = /^(https?:|mailto:|tel:|\/(?!\/))/i;

function copied(from, to) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.append(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE || LOST.has(node.tagName.toUpperCase())) continue;
    const href = node.tagName === "A" ? node.getAttribute("href") || "" : "";
    const kept = KNOWN.has(node.tagName) && (node.tagName !== "A" || WEB.test(href)) && !(node.tagName === "P" && node.querySelector(HELD));
    const made = kept ? document.createElement(node.tagName) : to;
    if (href && made !== to) made.setAttribute("href", href);
    copied(node, made);
    if (made !== to) to.append(made);
  }
  return to;
}

/* A template's content is inert: nothing in it runs or loads. What the page's policy would complain about is renamed
   before, to keep the console quiet; only what `copied` knows gets out. */
function known(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.replace(/([\s"'/])(style|on[a-z]+)(?=\s*=)/gi, "$1data-lost");
  return copied(holder.content, document.createElement("div"));
}

customElements.define("hk-rich", class extends HTMLElement {
  connectedCallback() {
    if (this.sheet) return;
    this.area = this.querySelector("textarea");
    const begun = this.area.autofocus || document.activeElement === this.area; // the script may come after the cursor
    this.build();
    this.sheet.append(...known(this.area.value).childNodes);
    document.execCommand("defaultParagraphSeparator", false, "p");
    this.sheet.addEventListener("input", () => this.write());
    this.sheet.addEventListener("focus", () => this.begin());
    this.sheet.addEventListener("paste", (event) => this.paste(event));
    this.sheet.addEventListener("drop", (event) => event.preventDefault());
    this.sheet.addEventListener("keydown", (event) => this.key(event));
    this.tools.addEventListener("pointerdown", (event) => event.target.closest("button") && event.preventDefault());
    this.tools.addEventListener("click", (event) => this.use(event.target.closest("button")));
    this.tools.addEventListener("keydown", (event) => this.walk(event));
    this.told = () => this.mark();
    document.addEventListener("selectionchange", this.told);
    if (begun) this.sheet.focus();
  }

  disconnectedCallback() {
    document.removeEventListener("selectionchange", this.told);
  }

  build() {
    const make = (name, facts = {}) => Object.assign(document.createElement(name), facts);
    this.tools = make("div", { className: "rich-tools", role: "toolbar", ariaLabel: this.dataset.textTools });
    this.tools.append(...TOOLS.map(([key, icon], place) => {
      const button = make("button", { type: "button", className: "btn bare small square", tabIndex: place ? -1 : 0,
        title: this.data(key), ariaLabel: this.data(key) });
      button.dataset.tool = key;
      button.append(this.icon(icon));
      return button;
    }));
    this.sheet = make("div", { className: "form-control rich", contentEditable: "true", id: this.area.id, role: "textbox",
      ariaMultiLine: "true", ariaLabel: this.dataset.label });
    for (const name of ["aria-invalid", "aria-describedby", "aria-required"]) {
      if (this.area.hasAttribute(name)) this.sheet.setAttribute(name, this.area.getAttribute(name));
    }
    this.ask = make("div", { className: "rich-link", hidden: true });
    this.address = make("input", { className: "form-control", type: "text", inputMode: "url", placeholder: "https://",
      ariaLabel: this.dataset.textAddress, autocomplete: "off" });
    this.take = make("button", { type: "button", className: "btn small", textContent: this.dataset.textTake });
    this.ask.append(this.address, this.take);
    this.take.addEventListener("click", () => this.linked());
    this.address.addEventListener("keydown", (event) => {
      if (event.key === "Enter") { event.preventDefault(); this.linked(); }
      if (event.key === "Escape") { event.stopPropagation(); this.back(); }
    });
    this.area.removeAttribute("id");
    this.area.required = false;
    this.area.hidden = true;
    this.sheet.style.setProperty("--rows", this.area.rows);
    this.append(this.tools, this.ask, this.sheet);
  }

  data(key) {
    return this.dataset[`text${key[0].toUpperCase()}${key.slice(1)}`];
  }

  icon(name) {
    const holder = document.createElement("template");
    holder.innerHTML = '<svg class="icon" aria-hidden="true"><use/></svg>';
    holder.content.querySelector("use").setAttribute("href", `${this.dataset.icon}#i-${name}`);
    return holder.content;
  }

  write() {
    const empty = !this.sheet.textContent.trim() && !this.sheet.querySelector("hr");
    this.area.value = empty ? "" : copied(this.sheet, document.createElement("div")).innerHTML;
    this.area.dispatchEvent(new Event("change", { bubbles: true }));
  }

  paste(event) {
    event.preventDefault();
    const html = event.clipboardData.getData("text/html");
    if (html) this.insert(known(html).childNodes);
    else document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
  }

  /* An empty sheet gets a paragraph to write into. */
  begin() {
    if (this.sheet.childNodes.length) return;
    const first = document.createElement("p");
    first.append(document.createElement("br"));
    this.sheet.append(first);
    getSelection().collapse(first, 0);
  }

  /* Blocks go behind the block of the cursor, words to the cursor. */
  insert(nodes) {
    const found = [...nodes];
    const range = getSelection().getRangeAt(0);
    range.deleteContents();
    const blocks = found.some((node) => BLOCK.test(node.tagName || ""));
    const here = blocks && [...this.sheet.childNodes].find((node) => node.contains(range.endContainer));
    if (here) here.after(...found);
    else range.insertNode(this.gathered(found));
    if (found.length) getSelection().collapse(found.at(-1).parentNode, [...found.at(-1).parentNode.childNodes].indexOf(found.at(-1)) + 1);
    this.write();
  }

  gathered(nodes) {
    const all = document.createDocumentFragment();
    all.append(...nodes);
    return all;
  }

  key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    this.asked();
  }

  walk(event) {
    const buttons = [...this.tools.children];
    const here = buttons.indexOf(document.activeElement);
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -here, End: buttons.length - 1 - here }[event.key];
    if (step === undefined || here < 0) return;
    event.preventDefault();
    const next = buttons[(here + step + buttons.length) % buttons.length];
    buttons.forEach((button) => { button.tabIndex = button === next ? 0 : -1; });
    next.focus();
  }

  use(button) {
    if (!button) return;
    const tool = button.dataset.tool;
    if (tool === "link") { this.asked(); return; }
    this.sheet.focus();
    if (tool === "plain") {
      for (const command of ["removeFormat", "unlink"]) document.execCommand(command);
      document.execCommand("formatBlock", false, "p");
    } else if (tool === "h2" || tool === "quote") {
      const wanted = tool === "h2" ? "h2" : "blockquote";
      document.execCommand("formatBlock", false, this.inside(wanted) ? "p" : wanted);
    } else {
      document.execCommand(COMMANDS[tool][0]);
    }
    this.write();
    this.mark();
  }

  inside(tags) {
    const node = getSelection().anchorNode;
    const element = node?.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    const found = element?.closest?.(tags);
    return found && this.sheet.contains(found) ? found : null;
  }

  asked() {
    const selection = getSelection();
    this.range = selection.rangeCount && this.sheet.contains(selection.anchorNode) ? selection.getRangeAt(0).cloneRange() : null;
    this.address.value = this.inside("a")?.getAttribute("href") || "";
    this.ask.hidden = false;
    this.address.focus();
  }

  back() {
    this.ask.hidden = true;
    this.sheet.focus();
    if (!this.range) return;
    getSelection().removeAllRanges();
    getSelection().addRange(this.range);
  }

  linked() {
    const typed = this.address.value.trim();
    const href = !typed || WEB.test(typed) ? typed : /^[^\s/]+@[^\s/]+$/.test(typed) ? `mailto:${typed}` : `https://${typed}`;
    this.back();
    if (!href) document.execCommand("unlink");
    else if (getSelection().isCollapsed && !this.inside("a")) {
      const link = Object.assign(document.createElement("a"), { href, textContent: typed });
      this.insert([link]);
    } else document.execCommand("createLink", false, href);
    this.write();
  }

  mark() {
    if (!this.sheet.contains(getSelection().anchorNode)) return;
    const on = { bold: "b, strong", italic: "i, em", underline: "u", h2: "h2", ul: "ul", ol: "ol", quote: "blockquote", link: "a" };
    for (const button of this.tools.children) {
      const tags = on[button.dataset.tool];
      if (tags) button.setAttribute("aria-pressed", String(Boolean(this.inside(tags))));
    }
  }
});
