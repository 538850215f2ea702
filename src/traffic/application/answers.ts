/** Answers that the load balancer gives itself, with the bodies that AWS sends. */
import type { HttpReply } from "#http/http.ts";

const titles: Record<number, string> = {
  301: "301 Moved Permanently",
  302: "302 Found",
  400: "400 Bad Request",
  401: "401 Authorization Required",
  405: "405 Not Allowed",
  408: "408 Request Time-out",
  413: "413 Request Entity Too Large",
  414: "414 Request-URI Too Large",
  431: "400 Request Header Or Cookie Too Large",
  460: "460",
  463: "463",
  464: "464",
  500: "500 Internal Server Error",
  501: "501 Not Implemented",
  502: "502 Bad Gateway",
  503: "503 Service Temporarily Unavailable",
  504: "504 Gateway Time-out",
  561: "561 Authentication Error",
  507: "507 Insufficient Storage",
  505: "505 HTTP Version Not Supported",
};

const server = "awselb/2.0";

export function answer(status: number, headers: HttpReply["headers"] = {}): HttpReply {
  const title = titles[status] ?? String(status);
  return {
    status,
    reason: title.slice(4),
    headers: { Server: server, "Content-Type": "text/html", ...headers },
    body: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`,
  };
}

export function fixedResponse(status: number, contentType: string, body: string): HttpReply {
  return {
    status,
    headers: { Server: server, "Content-Type": `${contentType}; charset=utf-8` },
    body,
  };
}
