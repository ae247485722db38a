/* The palette: Ctrl+K (or ⌘K), `/` and the box of the top bar open the dialog #palette. What is typed is asked of the
   server; the arrows walk, Enter opens, Ctrl+Enter opens in a new tab, Esc closes. Nothing is chosen while Hangul is
   being composed. Without scripts the box of the top bar is a form. */
const dialog = document.getElementById("palette");
const box = document.querySelector(".find input[type=search]");
const WAITS = 120;

if (dialog) {
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const status = dialog.querySelector("[role=status]");
  let timer = 0;
  let asking = null;
  let asked = null;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const choose = (option) => {
    for (const one of options()) {
      one.classList.toggle("here", one === option);
      one.setAttribute("aria-selected", String(one === option));
    }
    if (!option) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const ask = async () => {
    clearTimeout(timer);
    const words = input.value.trim();
    if (words === asked) return;
    asking?.abort();
    const mine = asking = new AbortController();
    dialog.classList.add("busy");
    try {
      const answer = await fetch(`${dialog.dataset.address}?${new URLSearchParams({ words })}`, { signal: mine.signal, headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(answer.status);
      const html = await answer.text();
      if (mine.signal.aborted) return;
      list.innerHTML = html;
      asked = words;
      options().forEach((option, at) => { option.id = `palette-${at}`; });
      status.textContent = list.querySelector("[data-said]")?.textContent ?? "";
      choose(options()[0]);
    } catch (problem) {
      if (problem.name !== "AbortError") location.assign(words ? `/search?${new URLSearchParams({ q: words })}` : "/search");
    } finally {
      if (asking === mine) dialog.classList.remove("busy");
    }
  };
  const open = (words = "") => {
    if (dialog.open || document.querySelector("dialog[open]")) return;
    asked = null;
    input.value = words;
    list.replaceChildren();
    dialog.showModal();
    input.focus();
    ask();
  };
  const walk = (by) => {
    const found = options();
    if (!found.length) return;
    const at = found.findIndex((one) => one.classList.contains("here"));
    choose(found[(at + by + found.length) % found.length]);
  };
  const go = async (apart) => {
    await ask();
    const here = list.querySelector(".here");
    if (!here) return;
    if (apart) window.open(here.href, "_blank", "noopener");
    else here.click();
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAITS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) event.preventDefault(), walk(steps[event.key]);
    if (event.key === "Enter") event.preventDefault(), go(event.ctrlKey || event.metaKey);
    if (event.key === "Escape") event.preventDefault(), dialog.close();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) return dialog.close();
    if (event.target.closest("[role=option]") && !(event.ctrlKey || event.metaKey || event.shiftKey)) dialog.close();
  });
  dialog.addEventListener("close", () => asking?.abort());

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented || event.altKey) return;
    const held = event.ctrlKey || event.metaKey;
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const wanted = held ? event.key.toLowerCase() === "k" && !event.shiftKey && !event.target.closest?.("[contenteditable]")
      : event.key === "/" && box && !typing;
    if (!wanted) return;
    event.preventDefault();
    open();
  });
  if (box) {
    box.removeAttribute("data-key");
    box.setAttribute("aria-haspopup", "dialog");
    box.addEventListener("click", () => open(box.value));
    box.addEventListener("input", () => {
      const words = box.value;
      box.value = "";
      open(words);
    });
  }
}
