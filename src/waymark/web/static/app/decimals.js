// Exact arithmetic on amounts, as whole millionths: no amount ever goes through a float.

const PLACES = 6;
const PLAIN = /^([+-]?)(\d*)(?:\.(\d{0,6}))?$/;

/** An amount as it is on the wire (a number of at most 15 digits, or plain text) in millionths. */
export function millionths(amount) {
  const text = typeof amount === "number" ? plain(amount) : String(amount);
  const match = PLAIN.exec(text);
  if (!match || !(match[2] || match[3])) throw new RangeError(`No amount: ${text}`);
  const digits = BigInt((match[2] || "0") + (match[3] ?? "").padEnd(PLACES, "0"));
  return match[1] === "-" ? -digits : digits;
}

/** Millionths as plain decimal text, without zeros at its end. */
export function text(value) {
  const sign = value < 0n ? "-" : "";
  const digits = (value < 0n ? -value : value).toString().padStart(PLACES + 1, "0");
  const part = digits.slice(-PLACES).replace(/0+$/, "");
  return sign + digits.slice(0, -PLACES) + (part && `.${part}`);
}

export const sum = (...amounts) => text(amounts.reduce((total, each) => total + millionths(each), 0n));
export const difference = (a, b) => text(millionths(a) - millionths(b));
export const times = (amount, whole) => text(millionths(amount) * BigInt(whole));
export const compare = (a, b) => (millionths(a) < millionths(b) ? -1 : millionths(a) > millionths(b) ? 1 : 0);

/** The next amount up, away from zero, with so many places: what is needed must not be said too small. */
export function raised(amount, places) {
  const value = millionths(amount);
  const unit = 10n ** BigInt(PLACES - places);
  const size = ((value < 0n ? -value : value) + unit - 1n) / unit;
  return text((value < 0n ? -size : size) * unit);
}

/** The nearest amount with so many places, for a sentence: nothing is computed from it. */
export function rounded(amount, places) {
  const value = millionths(amount);
  const unit = 10n ** BigInt(PLACES - places);
  const size = ((value < 0n ? -value : value) + unit / 2n) / unit;
  return text((value < 0n ? -size : size) * unit);
}

/** What a person typed as plain decimal text, "1 250,5" and "1,250.5" alike; null if it is no amount. */
export function typed(input) {
  let text = input.trim().replace(/[\s\u00a0\u202f'_]/g, "").replace("−", "-");
  const comma = text.lastIndexOf(",");
  const dot = text.lastIndexOf(".");
  if (comma > dot) text = text.replaceAll(".", "").replace(",", ".");
  else text = text.replaceAll(",", "");
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? text.replace(/^\+/, "").replace(/\.$/, "") : null;
}

function plain(number) {
  const text = String(number);
  return text.includes("e") ? number.toFixed(PLACES) : text;
}
