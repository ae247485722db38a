/* Tabs of a record: <nav data-tabs><a href="#tab-x"></a></nav> shows one <div class="tab" id="tab-x"> at a time.
   Without JavaScript they stand below each other and the links jump. */
function show(nav, id) {
  const links = [...nav.querySelectorAll("a")];
  const chosen = links.find((link) => link.hash === id) ?? links[0];
  for (const link of links) {
    const mine = link === chosen;
    link.toggleAttribute("aria-current", mine);
    if (mine) link.setAttribute("aria-current", "page");
    const tab = document.querySelector(link.hash);
    if (tab) tab.hidden = !mine;
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-tabs] a");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  show(link.closest("[data-tabs]"), link.hash);
  history.replaceState(history.state, "", link.hash);
});

const nav = document.querySelector("[data-tabs]");
if (nav) show(nav, location.hash);
