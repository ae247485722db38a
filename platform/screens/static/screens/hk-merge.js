/* The page that merges records. form[data-merge] holds a column for each; [data-all-of] takes all values of one;
   another choice of which one stays draws the page anew, with what was chosen kept. Alt and a number take a column. */
const form = document.querySelector("form[data-merge]");

const take = (id) => {
  for (const radio of form.querySelectorAll(`[data-of="${id}"]:not(:disabled)`)) radio.checked = true;
};

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-all-of]");
  if (button) take(button.dataset.allOf);
});

form.addEventListener("change", (event) => {
  if (event.target.name !== "stays") return;
  const sent = new FormData(form);
  const kept = [...sent].filter(([name]) => name === "id" || name === "stays" || name.startsWith("take."));
  location.replace(`${form.action}?${new URLSearchParams(kept)}`);
});

document.addEventListener("keydown", (event) => {
  if (!event.altKey || !/^Digit[1-5]$/.test(event.code)) return;
  const column = form.querySelectorAll("[data-all-of]")[event.code.slice(-1) - 1];
  if (!column) return;
  event.preventDefault();
  take(column.dataset.allOf);
});
