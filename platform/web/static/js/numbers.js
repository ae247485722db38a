/* Groups the digits of numbers when the cursor leaves: <input data-number>. What is not a number stays as typed. */
const plain = /^-?\d+(\.\d*)?$/;

document.addEventListener("focusout", (event) => {
  const box = event.target;
  if (!box.matches?.("input[data-number]")) return;
  const typed = box.value.normalize("NFKC").replace(/[\s,]/g, "");
  if (!plain.test(typed)) return;
  const [whole, rest] = typed.split(".");
  box.value = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",") + (rest === undefined ? "" : `.${rest}`);
});
