/** The reason phrases by which statuses are known (RFC 9110 and the IANA registry). */
const reasons: Record<number, string> = {
  100: "Continue",
  101: "Switching Protocols",
  200: "OK",
  201: "Created",
  202: "Accepted",
  203: "Non-Authoritative Information",
  204: "No Content",
  205: "Reset Content",
  206: "Partial Content",
  300: "Multiple Choices",
  301: "Moved Permanently",
  302: "Found",
  303: "See Other",
  304: "Not Modified",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  411: "Length Required",
  412: "Precondition Failed",
  413: "Payload Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  416: "Range Not Satisfiable",
  417: "Expectation Failed",
  421: "Misdirected Request",
  422: "Unprocessable Entity",
  424: "Failed Dependency",
  426: "Upgrade Required",
  428: "Precondition Required",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
  507: "Insufficient Storage",
};

/** "HTTP/1.1 200 OK\r\n" of the common statuses, made once. */
const statusLines = new Map(
  Object.entries(reasons).map(([status, reason]) => [
    Number(status),
    `HTTP/1.1 ${status} ${reason}\r\n`,
  ]),
);

/** "Not Found"; "Unknown" for a status without a phrase. */
export function reasonOf(status: number): string {
  return reasons[status] ?? "Unknown";
}

/** A status line with its CRLF. */
export function statusLine(status: number, reason: string | undefined): string {
  if (reason === undefined) {
    const known = statusLines.get(status);
    if (known !== undefined) return known;
  }
  const phrase = reason ?? reasonOf(status);
  if (!(status >= 100 && status <= 999) || /[^\t\x20-\x7e\x80-\xff]/.test(phrase))
    throw new TypeError(`the status ${status} ${JSON.stringify(phrase)} cannot be sent`);
  return `HTTP/1.1 ${status} ${phrase}\r\n`;
}
