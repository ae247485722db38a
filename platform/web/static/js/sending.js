/* A form is sent once: its button waits, and a page that comes back from the history is usable again.
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
document.querySelector("[data-focus]")?.focus();
