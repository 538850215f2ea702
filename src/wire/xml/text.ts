/** Escaping of XML text and attributes. */

const special = /[&<>"'\r]/;
const everySpecial = /[&<>"'\r]/g;
const escapes: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  // Parsers make a line feed of a bare carriage return.
  "\r": "&#xD;",
};

export function escapeXml(text: string): string {
  return special.test(text) ? text.replace(everySpecial, (char) => escapes[char]!) : text;
}
