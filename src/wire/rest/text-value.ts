/** Values as they stand in headers, labels and query strings. */
import type { AwsError } from "#model/error.ts";
import type { Shape, TimestampFormat, Traits } from "#model/shape.ts";
import { formatTimestamp, parseTimestamp } from "../timestamp.ts";

export type Malformed = (value: string, name: string, wanted: string) => AwsError;
export type ReadText = (text: string, name: string) => unknown;
export type WriteText = (value: unknown) => string;

export function createTextReader(
  shape: Shape,
  traits: Traits,
  malformed: Malformed,
  inHeader: boolean,
): ReadText {
  switch (shape.kind) {
    case "number":
      return (text, name) => {
        const value = Number(text);
        if (text.trim() === "" || (Number.isNaN(value) && text !== "NaN"))
          throw malformed(text, name, "number");
        return value;
      };
    case "boolean":
      return (text, name) => {
        const lower = text.toLowerCase();
        if (lower !== "true" && lower !== "false") throw malformed(text, name, "boolean");
        return lower === "true";
      };
    case "timestamp":
      return (text, name) => {
        const date = parseTimestamp(text);
        if (!date) throw malformed(text, name, "timestamp");
        return date;
      };
    case "big-integer":
      return (text, name) => {
        if (!/^-?\d+$/.test(text)) throw malformed(text, name, "integer");
        return BigInt(text);
      };
    case "blob":
      return (text) => new Uint8Array(Buffer.from(text, "base64"));
    case "list": {
      const read = createTextReader(shape.item.shape, {}, malformed, inHeader);
      const ofTimes = shape.item.shape.kind === "timestamp";
      return (text, name) =>
        splitList(text, ofTimes && /^\s*[A-Z][a-z]{2},/.test(text)).map((item) => read(item, name));
    }
    default:
      if (inHeader && traits.mediaType) return (text) => Buffer.from(text, "base64").toString();
      return (text) => text;
  }
}

/** Commas separate, unless they stand in quotes; HTTP's own dates hold one each. */
function splitList(text: string, dates: boolean): string[] {
  if (dates) return (text.match(/[^,]+,[^,]+/g) ?? []).map((item) => item.trim());
  const items = text.match(/\s*(?:"(?:[^"\\]|\\.)*"|[^,]*)(?:,|$)/g) ?? [];
  const values = items.map((item) => {
    const bare = item.replace(/,$/, "").trim();
    return bare.startsWith('"') ? bare.slice(1, -1).replaceAll(/\\(.)/g, "$1") : bare;
  });
  // The expression finds one empty item behind the last.
  return values.slice(0, text.endsWith(",") ? undefined : -1);
}

export function createTextWriter(
  shape: Shape,
  traits: Traits,
  defaultFormat: TimestampFormat,
): WriteText {
  switch (shape.kind) {
    case "timestamp": {
      const format = shape.format ?? defaultFormat;
      return (value) => formatTimestamp(value as Date, format);
    }
    case "blob":
      return (value) => Buffer.from(value as Uint8Array).toString("base64");
    case "list": {
      const write = createTextWriter(shape.item.shape, {}, defaultFormat);
      const quotes = shape.item.shape.kind === "string";
      return (value) =>
        (value as unknown[]).map((item) => (quotes ? quoted(write(item)) : write(item))).join(", ");
    }
    default:
      if (traits.mediaType) return (value) => Buffer.from(String(value)).toString("base64");
      return String;
  }
}

function quoted(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"` : text;
}
