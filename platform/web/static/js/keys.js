/* Keys of the keyboard, declared where they act:
   data-key="/"     on an input: puts the cursor there; on a link or button: presses it. One sign each, without Ctrl.
   data-opens="id"  on a button: opens that dialog.
   data-go="a"      on a link: g and then this letter follow it.
   data-save        on a form (or data-guard): Ctrl+S or ⌘S sends it.   data-cancel on a link: Esc follows it.
   Nothing happens while somebody is typing or composing Hangul; where the keyboard is set to Hangul, the key itself counts. */
const SOON = 1500;
const FORMS = "form[data-save], form[data-guard]";
const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
const shown = (node) => node.checkVisibility();

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") return save(event);
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") return cancel(event);
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  const key = /^[ㄱ-ㅣ]$/.test(event.key) ? event.code.slice(-1).toLowerCase() : event.key;
  if (going(key, event)) return;
  const found = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].filter(shown).at(-1)
    ?? document.querySelector(`button[data-key="${CSS.escape(key)}"][data-opens]`);
  if (!found) return;
  event.preventDefault();
  if (found.matches("input, textarea")) {
    found.focus();
    found.select();
  } else {
    found.click();
  }
});

/* g, and soon after it the letter of a place. */
let begun = -SOON;
function going(key, event) {
  const link = event.timeStamp - begun < SOON && document.querySelector(`a[data-go="${CSS.escape(key)}"]`);
  begun = key === "g" && !link ? event.timeStamp : -SOON;
  if (!link) return key === "g";
  event.preventDefault();
  event.stopImmediatePropagation();
  location.assign(link.href);
  return true;
}

function save(event) {
  const form = event.target.closest(FORMS) ?? document.querySelector(FORMS);
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
}

function cancel(event) {
  const opened = document.querySelectorAll("dialog[open], details.menu-box[open], .dropdown-menu.show");
  if ([...opened].some(shown)) return;
  if (event.target.matches("[data-key]") && typing(event.target)) return event.target.blur();
  document.querySelector("a[data-cancel]")?.click();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  if (event.target.matches("dialog[open]")) event.target.close();
});
