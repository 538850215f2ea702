/** What fields messages of HTTP/2 may have. */

/** Those of connections, which no message may have (RFC 9113, 8.2.2). */
export const connectionFields: ReadonlySet<string> = new Set([
  "connection",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Node's options for sessions that pass messages on. Of several fields a message may have that Node takes for single
 * ones; its types do not know that option. And as many fields as it likes, in as many bytes as Node takes of them: each
 * counts as 32 at least (RFC 9113, 6.5.2), and browsers send each cookie in one.
 */
export const looseFields: object = { strictSingleValueFields: false, maxHeaderListPairs: 2048 };
