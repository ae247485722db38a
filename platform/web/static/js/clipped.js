/* What does not fit is told by a tooltip, once the pointer is on it: cells of tables and whatever has the class clip. */
document.addEventListener("pointerover", (event) => {
  const node = event.target.closest?.(".rows td, .clip");
  if (!node || node.title || node.querySelector("[title]")) return;
  const inner = node.querySelector(".clip") ?? node;
  if (inner.scrollWidth > inner.clientWidth) node.title = inner.textContent.trim();
});
