/* Switches between light and dark and keeps the choice in a cookie, which the server reads for the next page, and for
   somebody who is logged in at the address data-kept.
   <button data-theme-switch data-to-dark="Dark" data-to-light="Light"><svg><use/></svg><span>Dark</span></button> */
const root = document.documentElement;
const YEAR = 365 * 24 * 3600;

const label = (button) => {
  const dark = root.dataset.bsTheme === "dark";
  button.querySelector("span").textContent = dark ? button.dataset.toLight : button.dataset.toDark;
  const use = button.querySelector("use");
  use?.setAttribute("href", use.getAttribute("href").replace(/#.*$/, dark ? "#i-sun" : "#i-moon"));
};

const switches = () => document.querySelectorAll("[data-theme-switch]");

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-switch]")) return;
  root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  root.removeAttribute("data-theme-of-device");
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `hanok_theme=${root.dataset.bsTheme}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  const { kept } = event.target.closest("[data-theme-switch]").dataset;
  const headers = { "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content };
  if (kept) fetch(kept, { method: "POST", headers, body: new URLSearchParams({ theme: root.dataset.bsTheme }), keepalive: true }).catch(() => {});
  switches().forEach(label);
});
switches().forEach(label);
