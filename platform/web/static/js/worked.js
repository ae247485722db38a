/* <form data-preview="/bid/new/_preview">: what is worked out from what is typed is shown while somebody types, in the places
   marked data-worked="total" or data-worked="lines.0.net". One question to the server a pause; it saves nothing, and the save
   works all of it out again. data-preview-first asks at once: for a new record, and where a form came back with errors. */
const WAITS = 300;
const form = document.querySelector("form[data-preview]");
let timer = 0;
let asking = null;

const places = () => form.querySelectorAll("[data-worked]");

async function ask() {
  if (!places().length) return;
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  try {
    const answer = await fetch(form.dataset.preview, { method: "POST", body, signal, headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status);
    draw(await answer.json());
  } catch (problem) {
    if (problem.name !== "AbortError") for (const place of places()) place.dataset.stale = "";
  }
}

/* A line in which nothing stands yet is not told of: its places are empty. */
function draw(found) {
  for (const place of places()) {
    const html = found[place.dataset.worked] ?? (place.dataset.worked.includes(".") ? '<span class="muted nothing">–</span>' : null);
    if (html !== null && place.innerHTML !== html) place.innerHTML = html;
    delete place.dataset.stale;
  }
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(ask, WAITS);
}

if (form) {
  for (const name of ["input", "change"]) form.addEventListener(name, later);
  form.addEventListener("submit", () => asking?.abort());
  if (form.dataset.previewFirst !== undefined) ask();
}
