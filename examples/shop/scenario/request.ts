/** One request to a load balancer by its name, wherever that name would lead. */
import { request as httpRequest } from "node:http";
import type { ShopAddress } from "./customers.ts";

export interface Answer {
  status: number;
  cookie: string | undefined;
  body: string;
}

export function send(
  { url, host }: ShopAddress,
  method: "GET" | "POST",
  path: string,
  cookie?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { host, accept: "application/json", ...(cookie && { cookie }) };
    const request = httpRequest(`${url}${path}`, { method, headers }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => (body += piece));
      response.on("error", reject);
      response.on("end", () => {
        const [set] = response.headers["set-cookie"] ?? [];
        resolve({ status: response.statusCode ?? 0, cookie: set?.split(";")[0], body });
      });
    });
    request.on("error", reject);
    request.end();
  });
}
