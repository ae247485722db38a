/* <form data-guard>: leaving the page asks first when something was typed and not sent. The link data-cancel leaves at once
   when nothing was typed. */
const form = document.querySelector("form[data-guard]");
let sent = false;
const fingerprint = () => new URLSearchParams(new FormData(form)).toString();

if (form) {
  let before = "";
  addEventListener("load", () => setTimeout(() => { before = form.querySelector(".bad") ? "" : fingerprint(); }));
  form.addEventListener("submit", () => { sent = true; });
  addEventListener("pageshow", () => { sent = false; });
  addEventListener("beforeunload", (event) => {
    if (!sent && fingerprint() !== before) event.preventDefault();
  });
}
