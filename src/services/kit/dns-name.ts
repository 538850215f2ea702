/** Names of DNS as Route 53 gives them back. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html */

/**
 * Whether two names are one: neither case nor a dot at the end counts, nor whether a character is written as itself or
 * in three octal digits.
 */
export function isSameDnsName(one: string | undefined, other: string | undefined): boolean {
  return plain(one) === plain(other);
}

function plain(name = ""): string {
  const bytes = (_all: string, digits: string) => String.fromCharCode(Number.parseInt(digits, 8));
  // A dot or a backslash within a label stays escaped: it ends none.
  const written = name.replace(/\.$/, "").replaceAll(/\\(?!056|134)([0-7]{3})/g, bytes);
  return written.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
