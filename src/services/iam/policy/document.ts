/** How IAM shows a stored policy document: percent-encoded as RFC 3986 says. */
export function encodeDocument(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The size that quotas count: white space does not count. */
export function policySize(document: string): number {
  return document.replace(/\s/g, "").length;
}
