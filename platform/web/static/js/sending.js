/* A form is sent once: its button waits, and a page that comes back from the history is usable again.
   A form that htmx sent, and that needs a proof first, is sent as a page would send it: what was typed comes along.
   The first wrong field, or the summary marked data-focus, gets the cursor when a page arrives with errors. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.ariaBusy === "true") return event.preventDefault();
  form.ariaBusy = "true";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
});
document.addEventListener("htmx:before:response", (event) => {
  const { response, sourceElement } = event.detail.ctx, there = response.headers.get("Hanok-Prove");
  if (!there) return;
  event.preventDefault();
  const form = sourceElement.closest("form[method=post]");
  if (form) form.submit();
  else location.assign(there);
});
document.querySelector("[data-focus]")?.focus();

/* A file that is dropped beside its place opens nothing: the page would go, and with it what was typed. */
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files") || event.target.matches?.("input[type=file]")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "none";
  });
}

/* <a data-back>: back to where somebody came from, with what was typed there. */
document.addEventListener("click", (event) => {
  if (!event.target.closest("a[data-back]") || event.ctrlKey || event.metaKey || history.length < 2) return;
  event.preventDefault();
  history.back();
});
