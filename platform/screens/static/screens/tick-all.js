/* <input type="checkbox" data-tick-all>: ticks all boxes of its table, and shows whether all, some or none are. */
const all = document.querySelector("[data-tick-all]");
const boxes = () => [...all.closest("table").querySelectorAll("tbody input[type=checkbox]:not(:disabled)")];

function show() {
  const ticked = boxes().filter((box) => box.checked).length;
  all.checked = ticked > 0 && ticked === boxes().length;
  all.indeterminate = ticked > 0 && !all.checked;
}

if (all) {
  all.hidden = boxes().length === 0;
  all.addEventListener("change", () => boxes().forEach((box) => { box.checked = all.checked; }));
  all.closest("table").addEventListener("change", (event) => event.target !== all && show());
  show();
}
