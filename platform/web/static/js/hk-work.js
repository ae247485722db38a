/* <hk-work id="work" data-lives="2">: the reader's long work in the bar on top. While some of it lives it looks every two
   seconds, in a tab that is seen; what ended is said once in #work-said. Forms with data-quiet act without leaving the page. */
const EVERY = 2000;
const ADDRESS = "/mine/jobs";
const asked = { "HX-Request": "true" };

customElements.define("hk-work", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", this.act);
    this.seen = () => document.visibilityState === "visible" && this.look();
    document.addEventListener("visibilitychange", this.seen);
    this.wait();
  }

  disconnectedCallback() {
    clearTimeout(this.waiting);
    document.removeEventListener("visibilitychange", this.seen);
  }

  wait() {
    clearTimeout(this.waiting);
    if (this.isConnected && this.dataset.lives) this.waiting = setTimeout(() => this.look(), EVERY);
  }

  async look() {
    clearTimeout(this.waiting);
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(ADDRESS, { headers: asked });
        if (answer.ok && !answer.redirected) await this.show(await answer.text());
        else if (answer.status === 401) this.dataset.lives = "";
      } catch {
        // the server is away; it is asked again
      }
    }
    this.wait();
  }

  async show(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("work");
    if (!fresh) return this.remove();
    this.announce(fresh);
    this.dataset.lives = fresh.dataset.lives;
    const focused = this.contains(document.activeElement);
    for (const id of ["work-sign", "work-told"]) {
      const target = document.getElementById(id);
      await htmx.swap({ sourceElement: target, target, text: fresh.querySelector(`#${id}`).outerHTML, swap: "outerMorph" });
    }
    if (focused && !this.contains(document.activeElement)) this.querySelector("#work-button").focus();
  }

  announce(fresh) {
    const ended = [...this.querySelectorAll("li[data-lives=yes]")]
      .map((old) => fresh.querySelector(`#${CSS.escape(old.id)}`))
      .filter((item) => item && !item.dataset.lives);
    if (ended.length) document.getElementById("work-said").textContent = ended.map((item) => item.dataset.said).join(" ");
  }

  async act(event) {
    const form = event.target.closest("form[data-quiet]");
    if (!form) return;
    event.preventDefault();
    try {
      await fetch(form.action, { method: "POST", headers: asked, body: new FormData(form) });
      await this.look();
    } catch {
      form.removeAttribute("data-quiet");
      form.submit();
    }
  }
});
