/* <hk-composer>: the box to write in a timeline. [data-open] opens its first kind, [data-close] and Esc close it (Esc only
   while nothing is typed), Ctrl+Enter saves. What was typed goes along to another kind. Files that are dropped onto a record
   (`data-drop` of the composer says so) open the kind that takes files, [data-files], and are given to it. A button
   [data-compose="id"] anywhere on the page opens it, in the tab of this id, also while that is still being fetched. */
let typed = new Map();
let wrote = false;
let wanted = false;

const boxes = (form) => [...form.querySelectorAll("input:not([type=hidden], [type=checkbox], [type=radio], [type=file]), textarea")];
const texts = (form) => new Map(boxes(form).filter((box) => box.name && box.value.trim() && box.value !== box.defaultValue).map((box) => [box.matches("textarea") ? "" : box.name, box.value]));

customElements.define("hk-composer", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => this.click(event));
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("submit", () => { wrote = true; });
    const form = this.querySelector("form");
    if (form) for (const box of boxes(form)) if (!box.value && typed.has(box.matches("textarea") ? "" : box.name)) box.value = typed.get(box.matches("textarea") ? "" : box.name);
    typed = new Map();
  }

  click(event) {
    const form = this.querySelector("form");
    if (event.target.closest("[data-open]")) this.open();
    if (event.target.closest("[role=tab]") && form) typed = texts(form);
    if (event.target.closest("[data-close]")) this.close();
  }

  key(event) {
    const form = event.target.closest("form");
    if (event.isComposing) return;
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    } else if (form && event.key === "Escape" && !texts(form).size && !this.querySelector("[aria-expanded=true]")) {
      event.stopPropagation();
      this.close();
    } else if (event.target.matches("[role=tab]") && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
      const tabs = [...this.querySelectorAll("[role=tab]")];
      tabs.at((tabs.indexOf(event.target) + (event.key === "ArrowRight" ? 1 : -1)) % tabs.length).focus();
    }
  }

  open() {
    if (this.querySelector("form")) this.querySelector("textarea, input:not([type=hidden])")?.focus();
    else this.querySelector("[data-first]")?.click();
  }

  close() {
    this.classList.remove("open");
    this.querySelector("form")?.remove();
    for (const tab of this.querySelectorAll("[role=tab]")) tab.setAttribute("aria-selected", "false");
    this.querySelector("[data-open]")?.focus();
  }
});

document.addEventListener("htmx:after:swap", () => {
  const box = document.querySelector("hk-composer");
  if (!box || box.querySelector(".hint.danger")) return void (wrote = false);
  if (wanted) box.open();
  if (wrote && !box.querySelector("form")) box.querySelector("[data-open]").focus();
  wrote = wrote && box.querySelector("form") !== null;
  wanted = false;
});

/* -- files that are dropped onto the page ------------------------------------------------------------------------------- */
let dropped = [];
const brings = (event) => event.dataTransfer?.types.includes("Files") && !event.target.closest?.("hk-files, hk-drop, dialog");
const taker = () => document.querySelector("hk-composer [data-files]");

document.addEventListener("dragover", (event) => {
  if (!brings(event) || !taker()) return;
  event.preventDefault();
  taker().closest("hk-composer").toggleAttribute("data-over", true);
});
for (const name of ["dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    if (name === "drop" || !event.relatedTarget) document.querySelector("hk-composer[data-over]")?.removeAttribute("data-over");
  });
}
document.addEventListener("drop", (event) => {
  if (!brings(event) || !taker()) return;
  event.preventDefault();
  dropped = [...event.dataTransfer.files];
  unfold(taker().closest("[id^=tab-]"));
  if (!give()) taker().click();
});
document.addEventListener("htmx:after:swap", () => customElements.whenDefined("hk-files").then(give));

function give() {
  const place = dropped.length && document.querySelector("hk-composer hk-files");
  if (!place?.add) return false;
  for (const file of dropped) place.add(file, file.name).catch(() => {});
  dropped = [];
  return true;
}

function unfold(tab) {
  if (tab?.hidden) document.querySelector(`[data-tabs] a[href="#${CSS.escape(tab.id)}"]`)?.click();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-compose]");
  if (!button) return;
  unfold(document.getElementById(button.dataset.compose));
  const box = document.querySelector("hk-composer");
  if (box) box.open();
  else wanted = true;
});
