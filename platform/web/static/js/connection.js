/* Says when the connection is lost and when it is back, and when a part of the page did not come: #notices has the sentences
   (data-lost, data-back-again, data-not-loaded, data-away). The first one stays until the connection is back.
   A <form data-guard>, data-merge or .own-form is only sent when the server answers: the browser's own page of a failure
   would take the place of what was typed. */
const WAITS = 10_000;
const place = document.getElementById("notices");

function say(text, kind) {
  place.querySelector("[data-connection]")?.remove();
  if (!text) return;
  const notice = document.createElement(["lost", "away"].includes(kind) ? "div" : "hk-notice");
  notice.className = "undo";
  notice.dataset.kind = kind === "back" ? "done" : "failed";
  notice.dataset.connection = kind;
  notice.append(Object.assign(document.createElement("span"), { textContent: text }));
  place.append(notice);
}

const there = document.querySelector("link[rel=icon]")?.href;

document.addEventListener("submit", (event) => {
  const form = event.target, { submitter } = event;
  if (!place || !there || form.method !== "post" || !form.matches("[data-guard], [data-merge], .own-form") || form.dataset.asked === "yes") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.dataset.asked) return;
  form.dataset.asked = "now";
  fetch(there, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(WAITS) }).then(() => {
    say("");
    form.dataset.asked = "yes";
    form.requestSubmit(submitter);
  }, () => say(place.dataset.away, "away")).finally(() => delete form.dataset.asked);
}, { capture: true });

if (place) {
  addEventListener("offline", () => say(place.dataset.lost, "lost"));
  addEventListener("online", () => place.querySelector("[data-connection=lost]") && say(place.dataset.backAgain, "back"));
  document.addEventListener("htmx:error", ({ detail }) => {
    if (detail?.error instanceof TypeError) say(navigator.onLine ? place.dataset.notLoaded : place.dataset.lost, navigator.onLine ? "part" : "lost");
  });
  document.addEventListener("hk:away", () => say(place.dataset.away, "away"));
  if (!navigator.onLine) say(place.dataset.lost, "lost");
}
