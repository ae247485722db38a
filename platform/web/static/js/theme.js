// Before the first paint: where nobody chose light or dark, the device decides. Not a module, so that it runs at once.
(() => {
  const root = document.documentElement;
  if (!root.hasAttribute("data-theme-of-device")) return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (root.hasAttribute("data-theme-of-device")) root.dataset.bsTheme = dark.matches ? "dark" : "light";
  };
  dark.addEventListener("change", follow);
  follow();
})();
