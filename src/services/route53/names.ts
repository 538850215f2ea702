/**
 * Domain names as Route 53 writes them: lower case, with a trailing dot, and everything but letters, digits, "-" and
 * "_" as three octal digits. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
 */
import { ValueProblem } from "./values/problem.ts";

/** The labels of a name as bytes in Latin-1, in the case given, escapes resolved. Throws ValueProblem. */
export function labelsOf(name: string): string[] {
  const labels: string[] = [];
  let label = "";
  for (let at = 0; at < name.length; at++) {
    const character = name[at]!;
    // Where no digits follow, a backslash is a character of the name like any other.
    if (character === "\\" && /[0-9]/.test(name[at + 1] ?? "")) {
      const digits = /^[0-3][0-7]{2}/.exec(name.slice(at + 1))?.[0];
      if (!digits)
        throw new ValueProblem("InvalidEscapeSequence", "Escape sequence is invalid", name);
      label += String.fromCharCode(Number.parseInt(digits, 8));
      at += 3;
    } else if (character === ".") {
      if (label === "" && name !== ".")
        throw new ValueProblem("DomainLabelEmpty", "Domain label is empty", name);
      labels.push(label);
      label = "";
    } else {
      const code = character.charCodeAt(0);
      if (code <= 32 || code >= 127)
        throw new ValueProblem(
          "UnsupportedCharacter",
          "Value contains unsupported characters",
          character,
        );
      label += character;
    }
  }
  if (label !== "") labels.push(label);
  if (labels.some((one) => one.length > 63))
    throw new ValueProblem("DomainLabelTooLong", "Domain label is too long", name);
  if (labels.reduce((sum, one) => sum + one.length + 1, 0) > 255)
    throw new ValueProblem("DomainNameTooLong", "Domain name is too long", name);
  return name === "." ? [] : labels;
}

/** "WWW.Example.com" → "www.example.com."; throws ValueProblem. */
export function normalName(name: string): string {
  if (name === "") throw new ValueProblem("DomainNameEmpty", "Domain name is empty", name);
  return `${labelsOf(name).map(escapeLabel).join(".")}.`;
}

const plainLabel = /^[a-z0-9_-]*$/;

/** A label's bytes, in Latin-1, as zones write them: ASCII in lower case, everything unusual in octal. */
export function escapeLabel(label: string): string {
  if (plainLabel.test(label)) return label;
  return asciiLower(label).replaceAll(
    /[^a-z0-9_-]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}

/** Names know no case within ASCII; other bytes are themselves. */
export function asciiLower(label: string): string {
  return label.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Labels as a packet carries them, without compression. */
export function wireName(labels: readonly string[]): Buffer {
  const bytes = Buffer.alloc(labels.reduce((sum, label) => sum + label.length + 1, 1));
  let at = 0;
  for (const label of labels) {
    at = bytes.writeUInt8(label.length, at);
    at += bytes.write(label, at, "latin1");
  }
  return bytes;
}

/** "www.example.com." → "com.example.www.": what AWS sorts by, with the trailing dot. */
export function reversedName(name: string): string {
  const reversed = name.replace(/\.$/, "").split(".").reverse().join(".");
  // "*" sorts as itself, not as its escape. A dot or a backslash within a label stays escaped: names stay apart.
  return `${reversed.replaceAll(/\\(?!056|134)([0-7]{3})/g, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))}.`;
}

/** "com.example.www." → "www.example.com.": the name that `reversedName` made it of. */
export function unreversedName(reversed: string): string {
  const labels = reversed.replace(/\.$/, "").split(".").reverse();
  const bytes = (_all: string, digits: string) => String.fromCharCode(Number.parseInt(digits, 8));
  return `${labels.map((label) => escapeLabel(label.replaceAll(/\\(056|134)/g, bytes))).join(".")}.`;
}

/** True for a zone's own name and every name below it. */
export function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`) || zone === ".";
}
