// Cuts files out of a variable font: node fonts.mjs <font> <folder> < {"name": "characters", …}. Run where npm put subset-font.
// The weights are those that the pages use. A cut font may not bear the reserved name (SIL OFL): it is called "Hanok Desk",
// while its notice of copyright stays.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const take = createRequire(`${process.cwd()}/`);
const [subset, verter] = [take("subset-font"), take("fontverter")];
const [font, folder] = process.argv.slice(2);
const source = readFileSync(font);
const RESERVED = "Pretendard", OURS = "Hanok Desk";
const COPYRIGHT = 0;
const look = {
  targetFormat: "sfnt",
  variationAxes: { wght: { min: 400, max: 600, default: 400 } },
  noHinting: true,
  keepFeatures: ["kern", "tnum", "ccmp", "locl"],
};
const wide = (text) => Buffer.from(text, "utf16le").swap16();

function rename(bytes) {
  const tables = Array.from({ length: bytes.readUInt16BE(4) }, (_, at) => 12 + 16 * at);
  const names = bytes.readUInt32BE(tables.find((at) => bytes.toString("latin1", at, at + 4) === "name") + 8);
  const texts = names + bytes.readUInt16BE(names + 4);
  for (let at = names + 6, left = bytes.readUInt16BE(names + 2); left; left -= 1, at += 12) {
    if (bytes.readUInt16BE(at + 6) === COPYRIGHT) continue;
    const start = texts + bytes.readUInt16BE(at + 10), text = bytes.subarray(start, start + bytes.readUInt16BE(at + 8));
    for (const [old, ours] of [[wide(RESERVED), wide(OURS)], [Buffer.from(RESERVED), Buffer.from(OURS)]]) {
      for (let found = text.indexOf(old); found >= 0; found = text.indexOf(old)) ours.copy(text, found);
    }
  }
  return bytes;
}

for (const [name, text] of Object.entries(JSON.parse(readFileSync(0, "utf8")))) {
  const cut = rename(Buffer.from(await subset(source, text, look)));
  writeFileSync(`${folder}/${name}.woff2`, await verter.convert(cut, "woff2"));
}
