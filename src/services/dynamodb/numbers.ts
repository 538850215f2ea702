/**
 * DynamoDB's numbers: decimals of up to 38 significant digits between ±1E-130 and
 * ±9.9999999999999999999999999999999999999E+125, exact, compared and stored by value.
 */
import { validation } from "./errors.ts";

/** value = sign × 0.DIGITS × 10^exponent; digits have no leading or trailing zero; zero has none. */
export interface Decimal {
  sign: 1 | -1;
  digits: string;
  exponent: number;
}

const mostDigits = 38;

/** Throws ValidationException with AWS's texts. */
export function parseNumber(text: string): Decimal {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  const [, sign, whole = "", fraction = "", power = "0"] = match ?? [];
  if (!match || whole + fraction === "")
    throw validation(
      `The parameter cannot be converted to a numeric value${text === "" ? "" : `: ${text}`}`,
    );
  const all = whole + fraction;
  const leading = /^0*/.exec(all)![0].length;
  const digits = all.slice(leading).replace(/0+$/, "");
  if (digits === "") return { sign: 1, digits: "", exponent: 0 };
  if (digits.length > mostDigits)
    throw validation("Attempting to store more than 38 significant digits in a Number");
  const exponent = whole.length - leading + Number(power);
  if (exponent > 126)
    throw validation(
      "Number overflow. Attempting to store a number with magnitude larger than supported range",
    );
  if (exponent < -129)
    throw validation(
      "Number underflow. Attempting to store a number with magnitude smaller than supported range",
    );
  return { sign: sign === "-" ? -1 : 1, digits, exponent };
}

/** As DynamoDB gives numbers back: plain where that is short, else with an exponent. */
function formatNumber({ sign, digits, exponent }: Decimal): string {
  if (digits === "") return "0";
  const minus = sign < 0 ? "-" : "";
  if (exponent > mostDigits + 2 || exponent < -mostDigits) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    const power = exponent - 1;
    return `${minus}${digits[0]}${fraction}E${power < 0 ? "-" : "+"}${Math.abs(power)}`;
  }
  if (exponent <= 0) return `${minus}0.${"0".repeat(-exponent)}${digits}`;
  if (digits.length <= exponent) return minus + digits.padEnd(exponent, "0");
  return `${minus}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

/** The canonical text of a number's text. */
export function normalizeNumber(text: string): string {
  // The usual short integer is canonical already.
  if (/^(0|-?[1-9]\d{0,14})$/.test(text)) return text;
  return formatNumber(parseNumber(text));
}

export function compareNumbers(a: string, b: string): number {
  if (isSmallInteger(a) && isSmallInteger(b)) return Number(a) - Number(b);
  const left = sortableNumber(parseNumber(a));
  const right = sortableNumber(parseNumber(b));
  return left < right ? -1 : left > right ? 1 : 0;
}

function isSmallInteger(text: string): boolean {
  return text.length < 16 && /^-?\d+$/.test(text);
}

/** A text whose plain order is the numbers' order. */
export function sortableNumber({ sign, digits, exponent }: Decimal): string {
  if (digits === "") return "5";
  const biased = String(exponent + 200).padStart(3, "0");
  if (sign > 0) return `6${biased}${digits}`;
  // Larger magnitudes come first; the last mark makes a prefix sort behind what continues it.
  return `4${complement(biased)}${complement(digits)}~`;
}

function complement(digits: string): string {
  let text = "";
  for (const digit of digits) text += 9 - Number(digit);
  return text;
}

export function addNumbers(a: string, b: string): string {
  if (a.length < 15 && b.length < 15 && isSmallInteger(a) && isSmallInteger(b))
    return String(Number(a) + Number(b));
  return sum(parseNumber(a), parseNumber(b));
}

export function subtractNumbers(a: string, b: string): string {
  const subtrahend = parseNumber(b);
  return sum(parseNumber(a), { ...subtrahend, sign: subtrahend.sign > 0 ? -1 : 1 });
}

/** Exact; then rounded to 38 digits, half up, as DynamoDB does. */
function sum(a: Decimal, b: Decimal): string {
  const lowest = Math.min(a.exponent - a.digits.length, b.exponent - b.digits.length);
  const scaled = ({ sign, digits, exponent }: Decimal) =>
    BigInt(sign) * BigInt(digits || "0") * 10n ** BigInt(exponent - digits.length - lowest);
  let total = scaled(a) + scaled(b);
  let power = lowest;
  const size = (total < 0n ? -total : total).toString().length;
  if (size > mostDigits) {
    const cut = 10n ** BigInt(size - mostDigits);
    const half = total < 0n ? -cut / 2n : cut / 2n;
    total = (total + half) / cut;
    power += size - mostDigits;
  }
  return formatNumber(parseNumber(`${total}E${power}`));
}
