/* Top menus that find no room stand in the last one, .rest, under their own names. On a phone all of them stand in a column. */
const nav = document.getElementById("menus");
const phone = matchMedia("(max-width: 767px)");

if (nav) {
  const rest = nav.querySelector(".rest");
  const list = rest.querySelector(".dropdown-menu");

  const fit = () => {
    const menus = [...nav.children].filter((menu) => menu !== rest);
    menus.forEach((menu) => { menu.hidden = false; });
    rest.hidden = true;
    if (phone.matches) return;
    for (let last = menus.length - 1; last >= 0 && nav.scrollWidth > nav.clientWidth; last -= 1) {
      menus[last].hidden = true;
      rest.hidden = false;
    }
    const hidden = menus.filter((menu) => menu.hidden);
    list.replaceChildren(...hidden.flatMap((menu) => [head(menu), ...items(menu)]));
    rest.firstElementChild.toggleAttribute("aria-current", hidden.some((menu) => menu.querySelector(".menu[aria-current]")));
  };
  const head = (menu) => Object.assign(document.createElement("p"), { className: "dropdown-header", textContent: menu.querySelector(".menu").textContent.trim() });
  const items = (menu) => [...menu.querySelectorAll(".dropdown-item")].map((item) => item.cloneNode(true));

  new ResizeObserver(fit).observe(nav.parentElement);
  document.fonts?.addEventListener("loadingdone", fit);
}

/* Where tabs go on beyond the edge of a phone, the one that is open stands in sight. */
for (const tab of document.querySelectorAll("nav.tabs [aria-current]")) {
  tab.parentElement.scrollLeft = tab.offsetLeft - (tab.parentElement.clientWidth - tab.offsetWidth) / 2;
}
