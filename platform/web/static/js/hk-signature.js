/* <hk-signature>: a sheet to sign on, over an <hk-files> that keeps the picture. What is drawn, or written as a name, is
   uploaded when the form is sent. Ink is dark on white in every theme: a signature is a picture of paper. */
import { before } from "./upload.js";

const INK = "#14213d";

customElements.define("hk-signature", class extends HTMLElement {
  connectedCallback() {
    this.sheet = this.querySelector("canvas");
    this.pen = this.sheet.getContext("2d");
    this.box = this.querySelector(".signing-tools input");
    this.files = this.querySelector("hk-files");
    this.querySelector(".signing").hidden = false;
    this.querySelector("details").open = this.files.querySelector("li") !== null;
    this.sheet.addEventListener("pointerdown", (event) => this.begin(event));
    this.sheet.addEventListener("pointermove", (event) => this.draw(event));
    for (const end of ["pointerup", "pointercancel"]) this.sheet.addEventListener(end, () => { this.at = null; });
    this.box.addEventListener("input", () => this.write());
    this.querySelector(".signing-tools button").addEventListener("click", () => { this.box.value = ""; this.clear(); this.box.focus(); });
    this.clear();
    before(this.closest("form"), () => (this.signed ? this.keep() : null));
  }

  clear() {
    this.pen.fillStyle = "#ffffff";
    this.pen.fillRect(0, 0, this.sheet.width, this.sheet.height);
    this.signed = false;
    this.toggleAttribute("data-signed", false);
  }

  begin(event) {
    if (event.button) return;
    event.preventDefault();
    if (this.box.value) { this.box.value = ""; this.clear(); }
    this.sheet.setPointerCapture(event.pointerId);
    this.at = this.place(event);
    this.line(this.at, event);
  }

  draw(event) {
    if (!this.at) return;
    const steps = event.getCoalescedEvents?.() ?? [];
    for (const step of steps.length ? steps : [event]) this.line(this.place(step), step);
  }

  line(to, event) {
    Object.assign(this.pen, { strokeStyle: INK, lineCap: "round", lineJoin: "round" });
    this.pen.lineWidth = event.pointerType === "pen" ? 2 + 6 * event.pressure : 5;
    this.pen.beginPath();
    this.pen.moveTo(this.at.x, this.at.y);
    this.pen.lineTo(to.x + 0.01, to.y);
    this.pen.stroke();
    this.at = to;
    this.mark();
  }

  write() {
    this.clear();
    const name = this.box.value.trim();
    if (!name) return;
    const { width, height } = this.sheet;
    Object.assign(this.pen, { fillStyle: INK, textBaseline: "middle", textAlign: "center" });
    let size = 150;
    do this.pen.font = `italic ${size}px "Nanum Pen Script", "Gungsuh", "Segoe Script", "Snell Roundhand", cursive, serif`;
    while (this.pen.measureText(name).width > width - 120 && (size -= 6) > 24);
    this.pen.fillText(name, width / 2, height / 2);
    this.mark();
  }

  mark() {
    this.signed = true;
    this.toggleAttribute("data-signed", true);
  }

  place(event) {
    const { left, top, width, height } = this.sheet.getBoundingClientRect();
    return { x: (event.clientX - left) * this.sheet.width / width, y: (event.clientY - top) * this.sheet.height / height };
  }

  async keep() {
    const blob = await new Promise((done) => this.sheet.toBlob(done, "image/png"));
    try {
      await this.files.add(blob, `${this.dataset.name}.png`);
    } catch (fault) {
      this.querySelector("details").open = true;
      throw fault;
    }
    this.clear();
  }
});
