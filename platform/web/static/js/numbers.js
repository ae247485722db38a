/* Groups the digits of numbers when the cursor leaves: <input data-number>, as its reader writes them (<body data-numbers>).
   What is not a number stays as typed. */
const plain = /^-?\d+(\.\d*)?$/;
const STYLES = { comma: [",", "."], point: [".", ","], space: ["\u00a0", ","], plain: ["", "."] };
const [group, point] = STYLES[document.body.dataset.numbers] ?? STYLES.comma;
const grouped = /^-?\d{1,3}(\.\d{3})+$/;

document.addEventListener("focusout", (event) => {
  const box = event.target;
  if (!box.matches?.("input[data-number]")) return;
  let typed = box.value.normalize("NFKC").replace(/\s/g, "");
  if (point === ".") typed = typed.replaceAll(",", "");
  else if (typed.includes(",") || (group === "." && grouped.test(typed))) typed = typed.replaceAll(".", "").replace(",", ".");
  if (!plain.test(typed)) return;
  const [whole, rest] = typed.split(".");
  box.value = whole.replace(/\B(?=(\d{3})+(?!\d))/g, group) + (rest === undefined ? "" : point + rest);
});
