/* What does not fit is told by a tooltip, once the pointer is on it: cells of tables, figures of a record and whatever has the class clip. */
document.addEventListener("pointerover", (event) => {
  const node = event.target.closest?.(".rows td, .facts dd, .clip");
  if (!node || node.title || node.querySelector("[title]")) return;
  const inner = node.querySelector(".clip") ?? node;
  if (inner.scrollWidth > inner.clientWidth) node.title = inner.textContent.trim();
});
