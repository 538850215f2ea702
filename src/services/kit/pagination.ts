/** Pages of lists: opaque tokens that name where the last page ended. */

export interface Page<T> {
  items: T[];
  /** Undefined on the last page. */
  nextToken: string | undefined;
}

export interface PageRequest<T> {
  limit: number;
  token: string | undefined;
  /** A string that orders and identifies an item; items must come sorted by it. */
  keyOf: (item: T) => string;
  /** Called with a token that was never given out. */
  invalidToken: () => Error;
}

/** Cuts one page out of a sorted list. Items that vanish between pages do no harm. */
export function paginate<T>(items: readonly T[], request: PageRequest<T>): Page<T> {
  const { limit, token, keyOf, invalidToken } = request;
  let start = 0;
  if (token !== undefined) {
    const after = decodeToken(token);
    if (after === undefined) throw invalidToken();
    start = items.findIndex((item) => keyOf(item) > after);
    if (start < 0) start = items.length;
  }
  const page = items.slice(start, start + limit);
  const last = page.at(-1);
  const more = start + limit < items.length && last !== undefined;
  return { items: page, nextToken: more ? encodeToken(keyOf(last)) : undefined };
}

export function encodeToken(position: string): string {
  return Buffer.from(`1:${position}`).toString("base64url");
}

export function decodeToken(token: string): string | undefined {
  const text = Buffer.from(token, "base64url").toString();
  return text.startsWith("1:") && encodeToken(text.slice(2)) === token ? text.slice(2) : undefined;
}
