/* The palette: Ctrl+K (or ⌘K), `/` and the box of the top bar open the dialog #palette. What is typed is asked of the
   server; the arrows walk, Enter opens, Ctrl+Enter opens in a new tab, Esc closes. Nothing is chosen while Hangul is
   being composed. What can be done on the page below (its head) is offered by its name too (data-text-here). Without
   scripts the box of the top bar is a form. */
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
  /* The buttons of the page's head whose words begin with, or hold, what was typed. */
  const offer = (words) => {
    const found = [...document.querySelectorAll("main :is(.summary, .head) :is(a.btn, button.btn, .dropdown-item):not([data-close], .square)")]
      .filter((one) => words && one.textContent.trim().toLowerCase().includes(words.toLowerCase()) && !one.closest(".editor, .dropdown-menu.long, [hidden]"));
    const names = new Set(), group = Object.assign(document.createElement("div"), { role: "group", ariaLabel: dialog.dataset.textHere });
    group.append(Object.assign(document.createElement("h3"), { textContent: dialog.dataset.textHere, ariaHidden: "true" }));
    for (const one of found) {
      const name = one.textContent.trim().replace(/\s+/g, " ");
      if (names.has(name)) continue;
      names.add(name);
      const option = Object.assign(document.createElement("a"), { role: "option", tabIndex: -1, href: one.href ?? location.href, ariaSelected: "false" });
      option.append(...[...one.querySelectorAll("svg")].slice(0, 1).map((sign) => sign.cloneNode(true)), Object.assign(document.createElement("span"), { className: "clip", textContent: name }));
      option.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        dialog.close();
        one.click();
      });
      group.append(option);
    }
    if (names.size) list.querySelector(".none")?.remove(), list.prepend(group);
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
      offer(words);
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
