/* holds(tree, values, record): asks a condition of what stands in a form, as the server would ask it of the record.
   tree     what `hanok.engine.conditions.to_browser` made: ["every", […]], ["test", field, operator, kind, operand, facts] …
   values   raw values by field key, as forms send them: text, true/false for a checkbox, a list for several choices,
            "" or null where nothing stands. "account.industry" is a field of the linked record, where the page carries it.
   record   the values of the record at hand ($record), where that is another one
   Gives true, false, or null for unknown: a value that the page does not have or cannot read. A page then leaves things
   as the server drew them. Texts compare casefolded (NFKC_Casefold), numbers exactly, moments in UTC. */

/* Where casefolding differs from small letters, once a text is decomposed (Unicode's CaseFolding.txt). */
const FOLDED = { "ß": "ss", "ẞ": "ss", "ς": "σ", "\u0345": "ι", "ᲀ": "в", "ᲁ": "д", "ᲂ": "о", "ᲃ": "с", "ᲄ": "т", "ᲅ": "т",
  "ᲆ": "ъ", "ᲇ": "ѣ", "ᲈ": "ꙋ" };
const IGNORED = new RegExp("[\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e"
  + "\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufff8\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}"
  + "\\u{e0000}-\\u{e0fff}]", "gu");
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;
const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const AROUND = new RegExp(`^${SPACE}+|${SPACE}+$`, "g");
const LINK = /^(?:([a-z][a-z0-9_.]*):)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const NUMBER = /^([+-]?)((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?)(?:\.([0-9]+))?(?:e([+-]?[0-9]{1,4}))?$/i;
const DAY = /^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$/;
const TIME = /^([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?$/;
const MOMENT = /^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?(?:(Z)|([+-])([0-9]{2}):?([0-9]{2}))?$/;
const TRUE = new Set(["true", "on", "1"]);
const MINUTE = 60_000, HOURS = 24 * 60 * MINUTE;
const UNKNOWN = null, UNREAD = undefined, EMPTY = null;

/* -- reading what forms say ------------------------------------------------------------------------------------- */
const strip = (text) => text.replace(AROUND, "");
const isBlank = (raw) => raw === null || (Array.isArray(raw) ? !raw.length : strip(String(raw)) === "");
const rawKeys = (raw) => (Array.isArray(raw) ? raw.map(String) : String(raw).split(",")).map(strip).filter(Boolean);

function casefold(text) {
  return Array.from(text, (sign) => {
    const code = sign.codePointAt(0);
    if (code >= 0xab70 && code <= 0xabbf) return String.fromCodePoint(code - 0xab70 + 0x13a0); // Cherokee folds to capitals
    if (code >= 0x13f8 && code <= 0x13fd) return String.fromCodePoint(code - 8);
    if (code >= 0x13a0 && code <= 0x13f5) return sign;
    return FOLDED[sign] ?? sign.toLowerCase();
  }).join("");
}

export function fold(text) {
  const once = casefold(text.normalize("NFKD")).normalize("NFKC");
  return casefold(once.replace(IGNORED, "")).normalize("NFKC");
}

/* The text with plain signs for compatible ones; digits of other scripts stay, and are not read. */
function plain(text) {
  const signs = Array.from(text, (sign) => {
    const found = sign.normalize("NFKC").replace("\u2212", "-");
    return /[０-９]/.test(sign) || !/\p{Nd}/u.test(found) ? found : sign;
  });
  return strip(signs.join(""));
}

function withoutSign(text, signs) {
  for (const sign of signs ?? []) {
    if (text.startsWith(sign)) return strip(text.slice(sign.length));
    if (text.endsWith(sign)) return strip(text.slice(0, -sign.length));
  }
  return text;
}

/* A number as its reader writes it (<body data-numbers>), with a point and without groups. */
function inHerWay(text) {
  const style = globalThis.document?.body?.dataset.numbers;
  if (style === "space") return text.replace(/(\d)\s(?=\d)/g, "$1").replace(",", ".");
  if (style !== "point") return text;
  return text.includes(",") || /^\s*[-+]?\d{1,3}(\.\d{3})+\s*$/.test(text) ? text.replaceAll(".", "").replace(",", ".") : text;
}

/* A number as whole units and how many places they have: no float loses anything. */
function number(raw, facts) {
  const text = plain(String(raw)).toLowerCase();
  const found = NUMBER.exec(withoutSign(text, facts.signs));
  if (!found || !(found[2] || found[3])) return UNREAD;
  const after = found[3] ?? "", exponent = Number(found[4] ?? 0);
  const units = BigInt(found[1].replace("+", "") + (found[2].replaceAll(",", "") || "0") + after);
  const places = after.length - exponent;
  return places < 0 ? { units: units * 10n ** BigInt(-places), places: 0 } : { units, places };
}

const wall = (moment, zone) => {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, calendar: "gregory", numberingSystem: "latn", hourCycle: "h23",
    era: "short", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" });
  const said = Object.fromEntries(parts.formatToParts(moment).map((part) => [part.type, part.value]));
  return Date.UTC(said.year, said.month - 1, said.day, said.hour, said.minute, said.second);
};

/* The moment of a wall time in a zone; of one that comes twice the first, of one that never comes none. */
function inZone(local, zone) {
  const offset = (moment) => wall(moment, zone) - Math.floor(moment / 1000) * 1000;
  const offsets = new Set([offset(local - HOURS), offset(local), offset(local + HOURS)]);
  const moments = [...offsets].map((each) => local - each).filter((moment) => offset(moment) === local - moment);
  return moments.length ? Math.min(...moments) : UNREAD;
}

function realDay(text) {
  const found = new Date(`${text}T00:00:00Z`);
  return DAY.test(text) && !Number.isNaN(found.getTime()) && found.toISOString().startsWith(text);
}

function moment(raw, facts) {
  const found = MOMENT.exec(strip(String(raw)));
  if (!found || !realDay(found[1])) return UNREAD;
  const [, day, minutes, seconds = "00", fraction = "", zulu, sign, hours, rest] = found;
  const local = Date.parse(`${day}T${minutes}:${seconds}Z`);
  if (Number.isNaN(local)) return UNREAD;
  const away = sign ? (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(rest)) * MINUTE : 0;
  const utc = zulu || sign ? local - away : inZone(local, facts.zone);
  return utc === UNREAD ? UNREAD : new Date(utc).toISOString().slice(0, 20) + fraction.padEnd(6, "0") + "Z";
}

function time(raw) {
  const found = TIME.exec(strip(String(raw)));
  return found ? `${found[1]}:${found[2] ?? "00"}.${(found[3] ?? "").padEnd(6, "0")}` : UNREAD;
}

const id = (raw) => LINK.exec(strip(String(raw)))?.[2].toLowerCase() ?? UNREAD;

const READ = {
  text: (raw) => fold(strip(String(raw).normalize("NFC").replace(/\r\n?/g, "\n").replace(TURNING, ""))),
  exact: (raw) => strip(String(raw)),
  id, moment, time,
  number: (raw, facts) => number(inHerWay(String(raw)), facts),
  module: (raw) => LINK.exec(strip(String(raw)))?.[1] ?? UNREAD,
  flag: (raw) => raw === true || TRUE.has(strip(String(raw)).toLowerCase()),
  day: (raw) => (realDay(strip(String(raw))) ? strip(String(raw)) : UNREAD),
  keys: (raw) => new Set(rawKeys(raw)),
};

/* What is compared: EMPTY where nothing stands, UNREAD where it is not on the page or cannot be read. */
function read(raw, kind, facts) {
  if (raw === undefined || !READ[kind]) return UNREAD;
  if (kind === "flag") return raw === null ? false : READ.flag(raw);
  return isBlank(raw) ? EMPTY : READ[kind](raw, facts);
}

/* -- operators -------------------------------------------------------------------------------------------------- */
function order(kind, a, b) {
  if (kind !== "number") return a < b ? -1 : a > b ? 1 : 0;
  const places = Math.max(a.places, b.places);
  const [x, y] = [a, b].map((each) => each.units * 10n ** BigInt(places - each.places));
  return x < y ? -1 : x > y ? 1 : 0;
}

const inside = (kind, value, [low, high]) =>
  value !== EMPTY && (low === null || order(kind, value, low) >= 0) && (high === null || order(kind, value, high) <= 0);
const same = (kind, a, b) => a !== EMPTY && order(kind, a, b) === 0;
const among = (kind, value, operands) => operands.some((each) => same(kind, value, each));
const has = (value, test) => value !== EMPTY && test(value);

const OPERATORS = {
  eq: same,
  ne: (kind, a, b) => !same(kind, a, b),
  gt: (kind, a, b) => has(a, () => order(kind, a, b) > 0),
  gte: (kind, a, b) => has(a, () => order(kind, a, b) >= 0),
  lt: (kind, a, b) => has(a, () => order(kind, a, b) < 0),
  lte: (kind, a, b) => has(a, () => order(kind, a, b) <= 0),
  in: among,
  not_in: (kind, a, b) => !among(kind, a, b),
  between: inside,
  within: inside,
  outside: (kind, a, b) => !inside(kind, a, b),
  contains: (kind, a, b) => has(a, () => a.includes(b)),
  not_contains: (kind, a, b) => !has(a, () => a.includes(b)),
  starts_with: (kind, a, b) => has(a, () => a.startsWith(b)),
  ends_with: (kind, a, b) => has(a, () => a.endsWith(b)),
  matches: (kind, a, b) => has(a, () => b.length > 0 && b.every((word) => a.includes(word))),
};
const OF_KEYS = {
  in: (kind, a, b) => has(a, () => b.some((key) => a.has(key))),
  not_in: (kind, a, b) => !has(a, () => b.some((key) => a.has(key))),
  contains: (kind, a, b) => has(a, () => a.has(b)),
  not_contains: (kind, a, b) => !has(a, () => a.has(b)),
};

const operandOf = (kind, operand) =>
  Array.isArray(operand) ? operand.map((each) => operandOf(kind, each))
    : kind === "number" && operand !== null ? number(operand, {}) : operand;

/* -- the tree --------------------------------------------------------------------------------------------------- */
function every(trees, at) {
  const found = trees.map((tree) => ask(tree, at));
  return found.includes(false) ? false : found.includes(UNKNOWN) ? UNKNOWN : true;
}

function opposite(found) {
  return found === UNKNOWN ? UNKNOWN : !found;
}

function test([field, operator, kind, operand, facts], at) {
  const raw = at.values[at.prefix + field];
  if (raw === undefined) return UNKNOWN;
  if (operator === "empty") return (kind === "flag" ? false : isBlank(raw)) === operand;
  const value = read(raw, kind, facts), row = (kind === "keys" ? OF_KEYS : OPERATORS)[operator];
  return value === UNREAD || !row ? UNKNOWN : row(kind, value, operandOf(kind, operand));
}

function against([field, operator, kind, facts, other, otherKind, otherFacts, source], at) {
  let a = read(at.values[at.prefix + field], kind, facts);
  let b = read((source === "own" ? at.values : at.record)?.[other], otherKind, otherFacts);
  if (a === UNREAD || b === UNREAD) return UNKNOWN;
  if (a === EMPTY || b === EMPTY) return operator === "ne";
  if (kind !== otherKind) [a, b] = [dayOf(a, kind, facts), dayOf(b, otherKind, otherFacts)];
  return OPERATORS[operator](kind, a, b);
}

const dayOf = (value, kind, facts) =>
  kind === "moment" ? new Date(wall(Date.parse(value.slice(0, 19) + "Z"), facts.zone)).toISOString().slice(0, 10) : value;

function through([field, module, tree], at) {
  const raw = at.values[at.prefix + field];
  if (raw === undefined) return UNKNOWN;
  if (isBlank(raw)) return false;
  if (module && READ.module(raw) !== module) return READ.module(raw) === UNREAD ? UNKNOWN : false;
  return ask(tree, { ...at, prefix: `${at.prefix}${field}.` });
}

function under([field, top], at) {
  const raw = at.values[at.prefix + field];
  if (raw === undefined) return UNKNOWN;
  return isBlank(raw) ? false : id(raw) === top ? true : UNKNOWN;
}

const NODES = {
  every: ([trees], at) => every(trees, at),
  some: ([trees], at) => opposite(every(trees.map((tree) => ["not", tree]), at)),
  not: ([tree], at) => opposite(ask(tree, at)),
  test, against, through, under,
};

function ask(tree, at) {
  if (!Array.isArray(tree)) return tree;
  const [word, ...rest] = tree;
  return NODES[word] ? NODES[word](rest, at) : UNKNOWN;
}

export function holds(tree, values, record = null) {
  return ask(tree, { values, record, prefix: "" });
}
