import { OptionError } from "#cloud/options.ts";

/** A part of the whole, of "10%" or "0.1". Throws OptionError. */
export function part(text: string): number {
  const value = text.endsWith("%") ? numberOf(text.slice(0, -1)) / 100 : numberOf(text);
  if (!(value >= 0 && value <= 1))
    throw new OptionError(`"${text}" is no part; write for example 20%`);
  return value;
}

/** NaN for what is none; nothing at all is none, too. */
export function numberOf(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}
