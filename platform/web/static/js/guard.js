/* Asks before typed text is lost: <form data-guard="What you typed is not saved yet.">. Browsers show their own words. */
const changed = new WeakSet();

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-guard]");
  if (form) changed.add(form);
});
document.addEventListener("submit", (event) => changed.delete(event.target));
addEventListener("beforeunload", (event) => {
  const form = document.querySelector("form[data-guard]");
  if (form && changed.has(form)) event.preventDefault();
});
