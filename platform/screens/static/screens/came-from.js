/* The list that a record was opened from. A list keeps its address for this tab; on a record the links [data-beside] go to
   the neighbours in that list, and [data-list] leads back to it. [data-print] prints the page. */
const KEY = "hanok-list";
const list = document.querySelector("[data-rows], [data-board]");
const module = location.pathname.split("/")[1];

if (list && location.pathname.split("/").length === 2) {
  const asked = new URLSearchParams(location.search);
  for (const name of ["after", "before", "start", "ask", "count", "view"]) asked.delete(name);
  sessionStorage.setItem(KEY, JSON.stringify([module, asked.toString()]));
}

const [known, query] = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
if (known === module && query) {
  for (const link of document.querySelectorAll("[data-beside]")) link.search = query;
  for (const link of document.querySelectorAll("[data-list]")) link.search = query;
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-print]")) return;
  event.target.closest("details.menu-box")?.removeAttribute("open");
  print();
});
