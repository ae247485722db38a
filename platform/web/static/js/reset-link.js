/* Form[data-link]: the link of a letter has its token behind the #. It is taken out of the address, so that neither the
   history nor anybody's log keeps it, and sent by the form. */
const form = document.querySelector("form[data-link]");

function take() {
  const token = location.hash.slice(1);
  if (!token) return;
  history.replaceState(null, "", location.pathname);
  form.elements.link.value = token;
  form.noValidate = true;
  form.requestSubmit();
}

addEventListener("hashchange", take);
take();
