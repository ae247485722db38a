/* What is broken in the layout of a page, as a list of {rule, where, text}. Called with {english, names, quiet}: texts that
   must not stand on the page as they are, whether to look for untranslated ones, and parts that are not looked at. */
(options) => {
  const found = [];
  const wide = document.documentElement.clientWidth;
  const seen = (node) => node.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const hidden = (node) => node.closest(".visually-hidden, [hidden], .skip, script, style, noscript, template, svg") !== null;
  const words = (node) => (node.textContent || node.value || node.getAttribute("aria-label") || "").replace(/\s+/g, " ").trim().slice(0, 60);
  const named = (node) => {
    const one = (part) => part.tagName.toLowerCase() + (part.id ? `#${part.id.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, "*")}` : "") + [...part.classList].slice(0, 3).map((name) => `.${name}`).join("");
    return [node.parentElement, node].filter(Boolean).map(one).join(" > ");
  };
  const tell = (rule, node, text) => found.push({ rule, where: named(node), text: text ?? words(node) });
  const box = (node) => node.getBoundingClientRect();
  const modal = document.querySelector("dialog:modal");
  const scope = modal ?? document.body;
  const all = [...scope.querySelectorAll("*")].filter((node) => !hidden(node) && seen(node) && box(node).width > 1 && box(node).height > 1);

  // 1. The page is as wide as its window.
  const over = document.documentElement.scrollWidth - wide;
  if (over > 1) {
    const scrolls = (node) => { for (let up = node.parentElement; up && up !== document.body; up = up.parentElement) if (getComputedStyle(up).overflowX !== "visible") return true; return false; };
    const wides = all.filter((node) => box(node).right > wide + 1 && !scrolls(node));
    const inner = wides.filter((node) => !wides.some((other) => other !== node && node.contains(other)));
    for (const node of inner.length ? inner.slice(0, 4) : [document.body]) tell("sideways", node, `${over}px: ${words(node)}`);
  }

  // 2. Text that is cut has a tooltip (clipped.js gives one to cells and .clip).
  const told = (node) => node.closest("[title], .clip, .rows td, .rows th, td, .facts dd") !== null || node.querySelector("[title], .clip") !== null;
  for (const node of all) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!own || node.matches("option, select, textarea, input")) continue;
    const style = getComputedStyle(node);
    const cuts = ["hidden", "clip"].includes(style.overflowX);
    if (cuts && node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0 && !told(node)) tell("cut", node);
    const range = document.createRange();
    range.selectNodeContents(node);
    const text = range.getBoundingClientRect();
    for (let up = node; up && up !== document.body; up = up.parentElement) {
      const look = getComputedStyle(up);
      if (look.position === "fixed") break;
      if (["auto", "scroll"].includes(look.overflowX) || ["auto", "scroll"].includes(look.overflowY)) break;
      if (!["hidden", "clip"].includes(look.overflowX) && !["hidden", "clip"].includes(look.overflowY)) continue;
      if (look.webkitLineClamp !== "none") break;
      const edge = box(up);
      const sideways = text.right > edge.right + 2 && !told(node) && !told(up);
      const below = text.bottom > edge.bottom + 4 && text.height > 0 && edge.height > 0 && look.overflowY !== "visible";
      if (sideways || below) { tell("cut", node); break; }
    }
  }

  // 3. What is pressed stands clear of what else is pressed.
  const PRESSED = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab], [role=option], [role=menuitem]";
  const pressed = all.filter((node) => node.matches(PRESSED) && !node.disabled && getComputedStyle(node).pointerEvents !== "none");
  const layer = (node) => {
    for (let up = node; up && up !== document.body; up = up.parentElement) if (["fixed", "sticky"].includes(getComputedStyle(up).position) || up.matches("dialog, [popover], .dropdown-menu, .bulk")) return up;
    return null;
  };
  const clipped = (node) => {
    let { left, right, top, bottom } = box(node);
    for (let up = node.parentElement; up && up !== document.body; up = up.parentElement) {
      const look = getComputedStyle(up);
      if (look.overflowX === "visible" && look.overflowY === "visible") continue;
      const edge = box(up);
      if (look.overflowX !== "visible") [left, right] = [Math.max(left, edge.left), Math.min(right, edge.right)];
      if (look.overflowY !== "visible") [top, bottom] = [Math.max(top, edge.top), Math.min(bottom, edge.bottom)];
    }
    return { left, right, top, bottom };
  };
  const places = pressed.map((node) => ({ node, at: clipped(node), layer: layer(node) })).filter(({ at }) => at.right - at.left > 1 && at.bottom - at.top > 1);
  for (let one = 0; one < places.length; one += 1) for (let two = one + 1; two < places.length; two += 1) {
    const [a, b] = [places[one], places[two]];
    if (a.layer !== b.layer || a.node.contains(b.node) || b.node.contains(a.node)) continue;
    const across = Math.min(a.at.right, b.at.right) - Math.max(a.at.left, b.at.left);
    const down = Math.min(a.at.bottom, b.at.bottom) - Math.max(a.at.top, b.at.top);
    if (across <= 6 || down <= 3) continue; // the steps of a path reach a little into each other
    const within = (small, large) => small.left >= large.left - 1 && small.right <= large.right + 1 && small.top >= large.top - 1 && small.bottom <= large.bottom + 1;
    const boxed = [a, b].some(({ node }) => node.matches("input, textarea, select")) && (within(a.at, b.at) || within(b.at, a.at));
    const card = [a, b].some(({ node }) => node.matches(".deal > .title, a.title"));
    if (!boxed && !card) tell("overlap", a.node, `${words(a.node)} × ${words(b.node)} (${named(b.node)})`);
  }

  // 4. What is pressed is 24 px high and wide, with its label; a link within a line, and what has that room around it, is spared (WCAG 2.2, 2.5.8).
  const target = (node) => {
    const own = box(node), whole = node.matches("a.title") && node.closest("[data-card], tr[data-href]");
    if (whole) return box(whole);
    const label = node.matches("input, select, textarea") ? node.closest("label") ?? (node.id && document.querySelector(`label[for="${CSS.escape(node.id)}"]`)) : null;
    if (!label || !seen(label)) return own;
    const its = box(label);
    return { width: Math.max(own.width, its.width), height: Math.max(own.height, its.height) };
  };
  for (const { node } of places) {
    const size = target(node), at = box(node);
    if (size.width >= 23.5 && size.height >= 23.5) continue;
    if (node.matches("a") && getComputedStyle(node).display.startsWith("inline")) continue;
    const middle = [at.left + at.width / 2, at.top + at.height / 2];
    const near = places.some(({ node: other }) => {
      if (other === node || other.contains(node) || node.contains(other)) return false;
      const its = box(other);
      const [x, y] = [Math.max(its.left, Math.min(middle[0], its.right)), Math.max(its.top, Math.min(middle[1], its.bottom))];
      return Math.hypot(x - middle[0], y - middle[1]) < 12;
    });
    if (near || !node.matches("input, a")) tell("small", node, `${Math.round(size.width)}×${Math.round(size.height)} ${words(node)}`);
  }

  // 5. A Korean page speaks Korean.
  if (options.english) {
    const known = new Set(options.english);
    const sentence = /^[A-Z][a-z]+(?: [a-z]+){1,}[.…]?$/;
    const spared = "code, kbd, [lang=en], td, dd, .title, .clip, option, [data-own], time, .brand, .mine, .fig, pre, blockquote, .picks, .change, .value, .who, .badge, .fields > * > label, .pairs dt";
    const judge = (text, node) => {
      const said = text.replace(/\s+/g, " ").trim();
      if (!/[A-Za-z]{2}/.test(said) || /[가-힣]/.test(said)) return;
      if (known.has(said) || (sentence.test(said) && !node.closest(spared))) tell("english", node, said.slice(0, 60));
    };
    for (const node of all) {
      if (node.closest("textarea") || options.quiet && node.closest(options.quiet)) continue;
      for (const child of node.childNodes) if (child.nodeType === 3) judge(child.data, node);
      for (const name of ["aria-label", "placeholder", "alt"]) if (node.hasAttribute(name)) judge(node.getAttribute(name), node);
    }
  }

  for (const image of all.filter((node) => node.matches("img"))) if (image.complete && !image.naturalWidth) tell("picture", image, image.getAttribute("src"));
  return found;
}
