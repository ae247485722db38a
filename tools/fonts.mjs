// Cuts files out of a variable font: node fonts.mjs <font> <folder> < {"name": "characters", …}. Run where npm put subset-font.
// The weights are those that the pages use; names are dropped, as cut fonts may not be called by a reserved one (SIL OFL).
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const subset = createRequire(`${process.cwd()}/`)("subset-font");
const [font, folder] = process.argv.slice(2);
const source = readFileSync(font);
const look = {
  targetFormat: "woff2",
  variationAxes: { wght: { min: 400, max: 700, default: 400 } },
  noHinting: true,
  keepFeatures: ["kern", "tnum", "ccmp", "locl"],
  dropTables: ["name"],
};
for (const [name, text] of Object.entries(JSON.parse(readFileSync(0, "utf8")))) {
  writeFileSync(`${folder}/${name}.woff2`, await subset(source, text, look));
}
