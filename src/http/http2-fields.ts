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
 * Node's options for sessions that pass messages on: of several fields a message may have that Node takes for single
 * ones. Its types do not know it.
 */
export const looseFields: object = { strictSingleValueFields: false };
