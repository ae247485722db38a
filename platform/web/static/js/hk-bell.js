/* <hk-bell data-address="/mine/notices" data-label="Notices"><a href="/mine/notices" data-bs-toggle="dropdown"><b data-count hidden></b></a>
   <div class="dropdown-menu"></div><p role="status"></p></hk-bell>: the bell. It asks how many notices are unread when a page
   comes and once a minute in a tab that is seen; what came since is announced. Its list is fetched when it opens. */
const EVERY = 60_000, KEY = "hanok-bell";
const asked = { "HX-Request": "true", Accept: "application/json" };

customElements.define("hk-bell", class extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("[data-bs-toggle]");
    this.list = this.querySelector(".dropdown-menu");
    this.addEventListener("show.bs.dropdown", () => this.fill());
    this.addEventListener("submit", this.act);
    this.seen = () => document.visibilityState === "visible" && this.look();
    document.addEventListener("visibilitychange", this.seen);
    const last = this.kept();
    if (last) this.show(last);
    this.waiting = setTimeout(() => this.look(), last ? Math.max(0, last.at + EVERY / 4 - Date.now()) : 0);
  }

  disconnectedCallback() {
    clearTimeout(this.waiting);
    document.removeEventListener("visibilitychange", this.seen);
  }

  /* What another page of this tab was told; nothing after the list was opened or where notices are read. */
  kept() {
    if (location.pathname.startsWith(this.dataset.address)) sessionStorage.removeItem(KEY);
    try {
      return JSON.parse(sessionStorage.getItem(KEY));
    } catch {
      return null;
    }
  }

  async look() {
    clearTimeout(this.waiting);
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(`${this.dataset.address}/count`, { headers: asked });
        if (answer.status === 401 || answer.redirected) return;
        if (answer.ok) this.told(await answer.json());
      } catch {
        // the server is away; it is asked again
      }
    }
    if (this.isConnected) this.waiting = setTimeout(() => this.look(), EVERY);
  }

  told(found) {
    const before = this.kept();
    if (before && found.count > before.count) this.querySelector("[role=status]").textContent = found.said;
    sessionStorage.setItem(KEY, JSON.stringify({ ...found, at: Date.now() }));
    this.show(found);
  }

  show({ count, shown, said }) {
    const number = this.querySelector("[data-count]");
    number.hidden = !count;
    number.textContent = shown;
    this.button.setAttribute("aria-label", count ? `${this.dataset.label}, ${said}` : this.dataset.label);
  }

  async fill() {
    sessionStorage.removeItem(KEY);
    this.list.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(this.dataset.address, { headers: { "HX-Request": "true" } });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      this.list.innerHTML = await answer.text();
      window.bootstrap?.Dropdown.getInstance(this.button)?.update();
    } catch {
      location.assign(this.dataset.address);
    }
    this.list.removeAttribute("aria-busy");
  }

  async act(event) {
    const form = event.target.closest("form[data-read]");
    if (!form) return;
    event.preventDefault();
    await fetch(form.action, { method: "POST", headers: asked, body: new FormData(form) });
    this.button.focus();
    await this.fill();
    await this.look();
  }
});
