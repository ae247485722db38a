/* <hk-live id="live" data-every="3">: looks again every so many seconds while the tab is visible, and takes over what is
   new in place: focus, scrolling and the reader's selection stay. 0 never looks; an open menu or marked text waits. */
const busy = (region) => region.querySelector("details.menu-box[open], form[aria-busy]") || document.querySelector("dialog[open]")
  || region.contains(getSelection().anchorNode) && getSelection().toString()
  || region.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");

customElements.define("hk-live", class extends HTMLElement {
  connectedCallback() {
    this.waiting = setTimeout(() => this.look(), this.pause);
    this.seen = () => document.visibilityState === "visible" && this.look();
    document.addEventListener("visibilitychange", this.seen);
  }

  disconnectedCallback() {
    clearTimeout(this.waiting);
    document.removeEventListener("visibilitychange", this.seen);
  }

  get pause() {
    return Number(this.dataset.every) * 1000 || 2 ** 31 - 1;
  }

  async look() {
    clearTimeout(this.waiting);
    if (!Number(this.dataset.every)) return;
    if (document.visibilityState === "visible" && !busy(this)) await this.take();
    clearTimeout(this.waiting);
    if (this.isConnected) this.waiting = setTimeout(() => this.look(), this.pause);
  }

  async take() {
    try {
      const answer = await fetch(location.href, { headers: { "HX-Request": "true" } });
      const there = answer.headers.get("HX-Redirect");
      if (there) return location.assign(there);
      if (!answer.ok || answer.redirected) return;
      const text = await answer.text();
      if (this.isConnected && !busy(this)) await htmx.swap({ sourceElement: this, target: this, text, swap: "outerMorph" });
    } catch {
      // the server is away; it is asked again
    }
  }
});
