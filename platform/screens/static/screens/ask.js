/* What an action asks first, as a dialog. <a href="/deal/_do/lost?id=…" data-ask> opens the fragment of that address; its
   form is sent here, and drawn again with what was wrong. A form with data-download is the browser's to send: the answer
   is a file. Without scripts, or when something fails, both are pages. When the answer says what was made (hk-notice
   [data-made]), the opener hears `hk:made`. A link data-whole takes what was typed along to the whole form. */
const asked = () => ({ headers: { "HX-Request": "true", "HX-Current-URL": location.href } });
let dialog = null;
let opener = null;

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-ask]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
  event.preventDefault();
  link.closest("details.menu-box")?.removeAttribute("open");
  if (link.ariaBusy !== "true") open(link);
});

document.addEventListener("hk:ask", async ({ detail }) => {
  opener = detail.opener;
  try {
    const answer = await fetch(detail.address, { ...asked(), method: "POST", body: detail.body });
    const proof = answer.headers.get("Hanok-Prove");
    if (proof) return location.assign(proof);
    if (!answer.ok) throw new Error(answer.status);
    draw(await answer.text());
  } catch {
    location.reload();
  }
});

async function open(link) {
  link.ariaBusy = "true";
  opener = link;
  try {
    const answer = await fetch(link.href, asked());
    if (!answer.ok) throw new Error(answer.status);
    draw(await answer.text());
  } catch (fault) {
    if (fault instanceof TypeError) document.dispatchEvent(new Event("hk:away"));
    else location.assign(link.href);
  } finally {
    link.removeAttribute("aria-busy");
  }
}

function draw(html) {
  dialog?.remove();
  document.body.append(document.createRange().createContextualFragment(html));
  dialog = document.querySelector("body > dialog.ask");
  dialog.addEventListener("click", (event) => event.target.closest("[data-close]") && dialog.close());
  dialog.addEventListener("close", leave);
  dialog.querySelector("[data-whole]")?.addEventListener("click", takeAlong);
  dialog.querySelector("form[data-save]")?.addEventListener("submit", send);
  dialog.querySelector("form[data-download]")?.addEventListener("submit", () => setTimeout(() => dialog.close()));
  document.dispatchEvent(new CustomEvent("hk:asked", { detail: dialog }));
  dialog.showModal();
  (dialog.querySelector("[data-focus]") ?? dialog.querySelector("[autofocus]"))?.focus();
}

function leave() {
  dialog.remove();
  const back = opener.closest("details.menu-box")?.querySelector("summary")
    ?? opener.closest("hk-link")?.querySelector("[role=combobox]") ?? opener;
  if (back.isConnected && back.checkVisibility()) back.focus();
}

async function send(event) {
  event.preventDefault();
  const form = event.target;
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  try {
    const answer = await fetch(form.action, { ...asked(), method: "POST", body: new FormData(form, event.submitter) });
    const there = answer.headers.get("HX-Redirect");
    if (there) {
      document.dispatchEvent(new Event("hk:done"));
      return location.assign(there);
    }
    if (!answer.ok && answer.status !== 422) throw new Error(answer.status);
    const html = await answer.text();
    if (!made(html)) draw(html);
  } catch (fault) {
    form.removeAttribute("aria-busy");
    if (fault instanceof TypeError) return away(form);
    form.removeEventListener("submit", send);
    form.submit();
  }
}

/* The server does not answer: that is said where somebody types, and what she typed stays. */
function away(form) {
  form.querySelector("[data-away]")?.remove();
  const said = Object.assign(document.createElement("p"), { className: "alert", role: "alert", textContent: document.getElementById("notices")?.dataset.away });
  Object.assign(said.dataset, { away: "", color: "red" });
  form.prepend(said);
}

function made(html) {
  const notice = document.createRange().createContextualFragment(html).querySelector("hk-notice[data-made]");
  if (!notice) return false;
  const { made: id, module, title } = notice.dataset;
  dialog.close();
  document.getElementById("notices")?.replaceChildren(notice);
  opener.dispatchEvent(new CustomEvent("hk:made", { bubbles: true, detail: { id, module, title } }));
  return true;
}

function takeAlong(event) {
  const data = [...new FormData(event.target.closest("form"))];
  const typed = data.filter(([name, value]) => typeof value === "string" && value && !["csrf_token", "token"].includes(name));
  event.currentTarget.href += `?${new URLSearchParams(typed)}`;
}
