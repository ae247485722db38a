/* <hk-passkey data-at="/login/passkey">: a button that has a passkey sign, or made (data-make). It is shown where the
   browser knows passkeys. Asked is data-at + "/ask", the answer goes to data-at together with the values of the form
   around (next, remember, name); both speak JSON. Where something waits in that form (resend), it is sent then. What went wrong stands in [data-said].
   data-text-failed   what is said when the browser gave no answer */
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const listed = (keys) => (keys ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

function wanted(options) {
  const found = { ...options, challenge: bytes(options.challenge) };
  if (options.user) found.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) found.excludeCredentials = listed(options.excludeCredentials);
  if (options.allowCredentials) found.allowCredentials = listed(options.allowCredentials);
  return found;
}

function spoken(key) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (key.response[name]) response[name] = text(key.response[name]);
  }
  return { id: key.id, rawId: text(key.rawId), type: key.type, clientExtensionResults: {}, response };
}

customElements.define("hk-passkey", class extends HTMLElement {
  connectedCallback() {
    if (!window.PublicKeyCredential || this.button) return;
    this.button = this.querySelector("button");
    this.alert = this.querySelector("[data-said]");
    this.button.addEventListener("click", () => this.use());
    this.hidden = false;
  }

  async use() {
    this.say("");
    this.button.disabled = true;
    try {
      const asked = await this.post(`${this.dataset.at}/ask`, {});
      if (!asked) return;
      const publicKey = wanted(asked);
      const make = "make" in this.dataset;
      const key = await (make ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey }));
      const form = this.closest("form");
      const values = form ? Object.fromEntries(new FormData(form)) : {};
      const said = ({ next, remember, name }) => ({ next, remember, name });
      const told = await this.post(this.dataset.at, { ...said(values), answer: spoken(key) });
      if (told && values.resend) form.submit();
      else if (told) location.assign(told.to);
    } catch {
      this.say(this.dataset.textFailed);
    } finally {
      this.button.disabled = false;
    }
  }

  /* The answer as an object; undefined where it leads elsewhere or says what is wrong. */
  async post(address, values) {
    const token = document.querySelector("meta[name=csrf-token]").content;
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token };
    const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(values) });
    const told = await answer.json();
    if (answer.ok) return told;
    if (told.to) location.assign(told.to);
    else this.say(told.error);
  }

  say(words) {
    this.alert.role = "alert";
    this.alert.textContent = words;
    this.alert.hidden = !words;
  }
});
