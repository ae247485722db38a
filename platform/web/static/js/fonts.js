/* Signs that the typeface of the screens lacks (rare syllables, kana, Greek): the styles that bring them are asked for when
   a page has such signs. <html data-rare-signs="/static/vendor/pretendard.css?v=…">; a face's unicode-range says what it has. */
const root = document.documentElement;
const FAMILY = /^["']?Hanok UI["']?$/;
const known = new Set();

for (const face of document.fonts) {
  if (!FAMILY.test(face.family)) continue;
  for (const range of face.unicodeRange.split(",")) {
    const [first, last = first] = range.trim().slice(2).split("-").map((code) => parseInt(code, 16));
    for (let code = first; code <= last; code += 1) known.add(code);
  }
}

const lacks = (text) => [...text].some((sign) => sign.codePointAt(0) > 0xff && !known.has(sign.codePointAt(0)) && /[\p{L}\p{N}]/u.test(sign));

function look(text) {
  const address = root.dataset.rareSigns;
  if (!address || !known.size || !lacks(text)) return;
  delete root.dataset.rareSigns;
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: address }));
}

look(document.body.textContent);
document.addEventListener("htmx:after:swap", () => look(document.body.textContent));
document.addEventListener("input", (event) => look(event.target.value ?? event.target.textContent ?? ""));
