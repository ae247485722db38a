/* Says when the connection is lost and when it is back, and when a part of the page did not come: #notices has the sentences
   (data-lost, data-back-again, data-not-loaded). The first one stays until the connection is back. */
const place = document.getElementById("notices");

function say(text, kind) {
  place.querySelector("[data-connection]")?.remove();
  if (!text) return;
  const notice = document.createElement(kind === "lost" ? "div" : "hk-notice");
  notice.className = "undo";
  notice.dataset.kind = kind === "back" ? "done" : "failed";
  notice.dataset.connection = kind;
  notice.append(Object.assign(document.createElement("span"), { textContent: text }));
  place.append(notice);
}

if (place) {
  addEventListener("offline", () => say(place.dataset.lost, "lost"));
  addEventListener("online", () => place.querySelector("[data-connection=lost]") && say(place.dataset.backAgain, "back"));
  document.addEventListener("htmx:error", ({ detail }) => {
    if (detail?.error instanceof TypeError) say(navigator.onLine ? place.dataset.notLoaded : place.dataset.lost, navigator.onLine ? "part" : "lost");
  });
  if (!navigator.onLine) say(place.dataset.lost, "lost");
}
