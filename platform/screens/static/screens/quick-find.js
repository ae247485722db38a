/* The search of the top bar answers while one types: first hits below the box, arrows walk, Enter opens, Esc closes. */
const box = document.querySelector(".find input[type=search]");
const WAITS = 150;

if (box) {
  const list = Object.assign(document.createElement("div"), { className: "dropdown-menu quick", id: "quick-find", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.dataset.results ?? "");
  box.closest(".find").append(list);
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-expanded", "false");
  let timer;
  let asking;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const show = (open) => {
    list.hidden = !open;
    box.setAttribute("aria-expanded", String(open));
    if (!open) box.removeAttribute("aria-activedescendant");
  };
  const ask = async () => {
    const words = box.value.trim();
    asking?.abort();
    if (!words) return show(false);
    asking = new AbortController();
    try {
      const answer = await fetch(`/search/quick?${new URLSearchParams({ words })}`, { signal: asking.signal, headers: { "HX-Request": "true" } });
      if (!answer.ok || document.activeElement !== box) return show(false);
      list.innerHTML = await answer.text();
      options().forEach((option, at) => { option.id = `quick-${at}`; });
      show(true);
    } catch (problem) {
      if (problem.name !== "AbortError") show(false);
    }
  };
  const walk = (event, by) => {
    const found = options();
    if (list.hidden || found.length === 0) return;
    event.preventDefault();
    const at = found.findIndex((option) => option.classList.contains("here"));
    const next = (at + by + found.length) % found.length;
    found.forEach((option, place) => {
      option.classList.toggle("here", place === next);
      option.setAttribute("aria-selected", String(place === next));
    });
    box.setAttribute("aria-activedescendant", found[next].id);
    found[next].scrollIntoView({ block: "nearest" });
  };

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAITS);
  });
  box.addEventListener("focus", () => box.value.trim() && ask());
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const here = list.querySelector(".here");
    if (event.key === "ArrowDown") walk(event, 1);
    if (event.key === "ArrowUp") walk(event, -1);
    if (event.key === "Enter" && here && !list.hidden) event.preventDefault(), here.click();
    if (event.key === "Escape" && !list.hidden) event.preventDefault(), show(false);
  });
  box.closest(".find").addEventListener("focusout", (event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) show(false);
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
}
