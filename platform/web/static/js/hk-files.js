/* <hk-files data-to="/files/<module>/<field>" data-most="bytes" data-many>: uploads what is chosen, or dropped onto it, at once
   and names it in the form. Without this script its boxes and its file input do the same when the form is sent. `add(file, name)` takes a file
   from elsewhere. */
import { before, send } from "./upload.js";

customElements.define("hk-files", class extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector("ul");
    this.input = this.querySelector("input[type=file]");
    this.status = this.querySelector("[role=status]");
    this.running = new Set();
    this.classList.add("alive");
    for (const item of this.list.children) this.furnish(item, item.querySelector("a").textContent);
    this.input.addEventListener("change", () => this.take());
    this.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && this.over(event, true));
    this.addEventListener("dragleave", (event) => this.contains(event.relatedTarget) || this.removeAttribute("data-over"));
    this.addEventListener("drop", (event) => this.dropped(event));
    before(this.closest("form"), () => this.running.size && Promise.all(this.running));
  }

  over(event, is) {
    event.preventDefault();
    this.toggleAttribute("data-over", is);
  }

  dropped(event) {
    const files = [...event.dataTransfer.files].slice(0, "many" in this.dataset ? undefined : 1);
    if (!files.length) return;
    this.over(event, false);
    for (const file of files) this.add(file, file.name).catch(() => {});
  }

  take() {
    const files = [...this.input.files];
    this.input.value = "";
    for (const file of files) this.add(file, file.name).catch(() => {});
  }

  add(file, name) {
    const item = this.querySelector("template").content.firstElementChild.cloneNode(true);
    item.querySelector("a").textContent = name;
    this.list.append(item);
    this.furnish(item, name);
    if (file.size > Number(this.dataset.most)) return Promise.reject(this.fail(item, this.say("large", name)));
    const bar = item.querySelector("progress");
    bar.hidden = false;
    bar.setAttribute("aria-label", name);
    const work = send(this.dataset.to, file, name, (share) => { bar.value = share; })
      .then((kept) => this.keep(item, kept), (fault) => { throw this.fail(item, fault.message || this.say("failed", name)); });
    this.running.add(work);
    work.catch(() => {}).finally(() => { this.running.delete(work); bar.hidden = true; });
    return work;
  }

  keep(item, kept) {
    if (!item.isConnected) return;
    if (!("many" in this.dataset)) {
      while (item.previousElementSibling) item.previousElementSibling.remove();
      if (this.list.querySelector("li:not(.failed) ~ li:not(.failed)")) return item.remove();
    }
    const { id, name, size, type } = kept;
    const box = item.querySelector("input"), link = item.querySelector("a"), picture = item.querySelector("img");
    box.value = JSON.stringify({ id, name, size, type });
    box.checked = true;
    link.href = `/files/${id}`;
    link.textContent = name;
    item.querySelector("small").textContent = kept.shown;
    if (picture && kept.picture) picture.src = `/files/${id}/thumbnail`;
    this.status.textContent = this.say("added", name);
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  fail(item, words) {
    const said = item.querySelector("[role=alert]");
    said.textContent = words;
    said.hidden = false;
    item.classList.add("failed");
    return new Error(words);
  }

  furnish(item, name) {
    const button = item.querySelector("button");
    button.hidden = false;
    button.querySelector("span").textContent = this.say("remove", name);
    button.addEventListener("click", () => {
      item.remove();
      this.status.textContent = this.say("removed", name);
      this.input.focus();
      this.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  say(word, name) {
    return this.dataset[`text${word[0].toUpperCase()}${word.slice(1)}`].replace("{name}", name);
  }
});
