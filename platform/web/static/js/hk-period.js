/* <hk-period length="3600">: from when to when, around two boxes (….start, ….end) and maybe a tick (….all_day).
   Ticked, the boxes ask for days; else for days and times. An end that is left behind by its start moves along:
   `length` seconds behind it, an hour where nothing is said. */
customElements.define("hk-period", class extends HTMLElement {
  connectedCallback() {
    if (this.start) return;
    [this.start, this.end, this.whole] = ["start", "end", "all_day"].map((part) => this.querySelector(`[name$=".${part}"]`));
    this.whole?.addEventListener("change", () => this.turn());
    this.start.addEventListener("change", () => this.follow());
    this.times = ["09:00", "10:00"];
  }

  turn() {
    const days = this.whole.checked;
    [this.start, this.end].forEach((box, place) => {
      const [day, time] = box.value.split("T");
      if (days && time) this.times[place] = time;
      box.value = "";
      box.type = days ? "date" : "datetime-local";
      box.value = day && !days ? `${day}T${this.times[place]}` : day;
    });
  }

  follow() {
    if (!this.start.value || (this.end.value && this.end.value >= this.start.value)) return;
    if (this.whole?.checked) this.end.value = this.start.value;
    else this.end.value = later(this.start.value, Number(this.getAttribute("length")) || 3600);
  }
});

function later(wall, seconds) {
  const moment = new Date(`${wall.slice(0, 16)}Z`);
  moment.setUTCSeconds(moment.getUTCSeconds() + seconds);
  return moment.toISOString().slice(0, 16);
}
