/* <form data-guard>: leaving the page asks first when something was typed and not sent. The link data-cancel leaves at once
   when nothing was typed. Whoever comes back finds what she had typed: it is kept with the entry of the history, and the
   server draws it anew (`_typed`; data-typed says that it did) without saving. A form that was refused is no entry that a
   browser sends again. */
const form = document.querySelector("form[data-guard]");
const KEPT = 400, LONGEST = 200_000;
let sent = false;
const fingerprint = () => new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string")).toString();
const keep = (typed) => history.replaceState(typed && typed.length < LONGEST ? { typed } : null, "", "typed" in form.dataset ? form.action : location.href);

function draw(typed) {
  const again = Object.assign(document.createElement("form"), { method: "post", action: form.action, hidden: true });
  for (const [name, value] of [...new URLSearchParams(typed), ["_typed", "1"]]) {
    const box = Object.assign(document.createElement("textarea"), { name });
    box.value = value;
    again.append(box);
  }
  document.body.append(again);
  sent = true;
  again.submit();
}

if (form) {
  const known = history.state?.typed, drawn = "typed" in form.dataset;
  if (known && !drawn) draw(known);
  let before = "", timer = 0;
  addEventListener("load", () => setTimeout(() => {
    before = drawn ? "" : fingerprint();
    if (drawn) keep(fingerprint());
  }));
  const now = () => sent || keep(fingerprint() === before ? "" : fingerprint());
  form.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (event.isTrusted) timer = setTimeout(now, KEPT);
  });
  form.addEventListener("change", () => document.readyState === "complete" && now());
  form.addEventListener("submit", () => {
    sent = true;
    keep("");
  });
  form.addEventListener("click", (event) => { sent ||= Boolean(event.target.closest("a[data-leave]:not([target])")); });
  addEventListener("pageshow", () => { sent = false; });
  addEventListener("beforeunload", (event) => {
    if (!sent && fingerprint() !== before) event.preventDefault();
  });
}
