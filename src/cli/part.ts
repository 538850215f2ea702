import { OptionError } from "#cloud/options.ts";

/** A part of the whole, of "10%" or "0.1". Throws OptionError. */
export function part(text: string): number {
  const value = text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (Number.isNaN(value)) throw new OptionError(`"${text}" is no part; write for example 20%`);
  return value;
}
