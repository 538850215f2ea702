/** The stateless web server: whatever a customer did is in the table, the queue or the bucket. */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { hostname } from "node:os";
import type { Config } from "./config.ts";
import type { ShopCloud } from "./cloud.ts";
import { instanceId } from "./instance.ts";
import { cartPage, noPicture, page, productList, productPage } from "./pages.ts";
import { findProduct } from "./products.ts";

const longestUploadBytes = 5 * 1024 * 1024;

interface Visit {
  request: IncomingMessage;
  response: ServerResponse;
  sessionId: string;
  /** What stands in for * in the route. */
  argument: string;
  cloud: ShopCloud;
  instance: string;
}

type Route = (visit: Visit) => Promise<void> | void;

const routes: Record<string, Route> = {
  "GET /health": ({ response }) => void response.end("fine\n"),
  "GET /": (visit) => html(visit, 200, "The shop", productList()),
  "GET /whoami": (visit) =>
    json(visit, 200, { instance: visit.instance, sessionId: visit.sessionId }),
  "GET /products/*": (visit) => {
    const product = findProduct(visit.argument);
    if (!product) return html(visit, 404, "No such product", "");
    html(visit, 200, product.name, productPage(product));
  },
  "GET /cart": async (visit) => {
    const cart = await visit.cloud.readCart(visit.sessionId);
    if (wantsJson(visit.request)) json(visit, 200, { sessionId: visit.sessionId, cart });
    else html(visit, 200, "Your cart", cartPage(cart));
  },
  "POST /cart/*": async (visit) => {
    if (!findProduct(visit.argument)) return html(visit, 404, "No such product", "");
    const cart = await visit.cloud.addToCart(visit.sessionId, visit.argument);
    if (wantsJson(visit.request)) json(visit, 200, { sessionId: visit.sessionId, cart });
    else redirect(visit, "/cart");
  },
  "POST /checkout": async (visit) => {
    const { cloud, sessionId } = visit;
    const cart = await cloud.readCart(sessionId);
    if (Object.keys(cart).length === 0) return html(visit, 409, "The cart is empty", "");
    const orderId = randomUUID();
    await cloud.placeOrder({ orderId, sessionId, cart });
    await cloud.emptyCart(sessionId);
    if (wantsJson(visit.request)) json(visit, 202, { orderId });
    else html(visit, 202, "Thank you", `<p>Your order is ${orderId}.</p>`);
  },
  "POST /images/*": async (visit) => {
    const bytes = await read(visit.request);
    if (!bytes) return html(visit, 413, "That picture is too large", "");
    const type = visit.request.headers["content-type"] ?? "application/octet-stream";
    await visit.cloud.putImage(`products/${visit.argument}`, bytes, type);
    json(visit, 201, { bytes: bytes.length });
  },
  "GET /images/*": async (visit) => {
    const image = await visit.cloud.getImage(`products/${visit.argument}`);
    const { contentType, bytes } = image ?? { contentType: "image/svg+xml", bytes: noPicture };
    visit.response.writeHead(200, { "content-type": contentType }).end(bytes);
  },
};

export async function serve(config: Config, cloud: ShopCloud): Promise<void> {
  const instance = (await instanceId()) ?? hostname();
  const server = createServer((request, response) => {
    answer(request, response, cloud, instance).catch((error: unknown) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(500);
      response.end("something went wrong\n");
    });
  });
  // Longer than the balancer keeps a connection, so that the balancer is the one to close it.
  server.keepAliveTimeout = 75_000;
  server.listen(config.port, config.host, () =>
    console.log(`serving on ${config.host}:${config.port}`),
  );
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  cloud: ShopCloud,
  instance: string,
): Promise<void> {
  const [path = "/"] = (request.url ?? "/").split("?");
  const [, first = "", argument = ""] = path.split("/");
  const known = argument === "" ? `/${first}` : `/${first}/*`;
  const route = routes[`${request.method === "HEAD" ? "GET" : request.method} ${known}`];
  const sessionId = sessionOf(request) ?? startSession(response);
  const visit = { request, response, sessionId, argument, cloud, instance };
  if (route) await route(visit);
  else html(visit, 404, "Nothing here", "");
}

function sessionOf({ headers }: IncomingMessage): string | undefined {
  return /(?:^|;\s*)session=([0-9a-f-]{36})/.exec(headers.cookie ?? "")?.[1];
}

function startSession(response: ServerResponse): string {
  const sessionId = randomUUID();
  response.setHeader("set-cookie", `session=${sessionId}; Path=/; HttpOnly; SameSite=Lax`);
  return sessionId;
}

function wantsJson({ headers }: IncomingMessage): boolean {
  return headers.accept === "application/json";
}

function html({ response, instance }: Visit, status: number, title: string, body: string): void {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "x-instance": instance,
  });
  response.end(page(title, body, instance));
}

function json({ response, instance }: Visit, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "x-instance": instance });
  response.end(JSON.stringify(value));
}

function redirect({ response }: Visit, location: string): void {
  response.writeHead(303, { location }).end();
}

async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > longestUploadBytes) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
