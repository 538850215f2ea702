/** Users log in, and programs show their tokens, at a provider that others wrote and that is certified: `oidc-provider`. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:http";
import { test, type TestContext } from "node:test";
import { Provider } from "oidc-provider";
import type { OidcConfig, RuleConfig } from "./config.ts";
import { handshake, secure, tlsConfig } from "./testing/secure-stage.ts";
import { createStage, defaultRule, forward, target, targetGroup } from "./testing/stage.ts";

const audience = "https://shop.example/api";

/** A provider with two clients, one for users and one for programs, and its own pages to log in and to consent. */
async function startProvider(context: TestContext): Promise<string> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "shop",
        client_secret: "a secret of the shop",
        redirect_uris: ["https://a.example/oauth2/idpresponse"],
        grant_types: ["authorization_code", "refresh_token"],
        token_endpoint_auth_method: "client_secret_post",
      },
      {
        client_id: "worker",
        client_secret: "a secret of the worker",
        redirect_uris: [],
        response_types: [],
        grant_types: ["client_credentials"],
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    claims: { openid: ["sub"], email: ["email"] },
    findAccount: (_request, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.com` }),
    }),
    cookies: { keys: ["of this test"] },
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: () => ({
          scope: "orders:read orders:write",
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
    // PKCE is the client's to offer, and load balancers do not.
    pkce: { required: () => false },
  });
  const answer = provider.callback();
  server.on("request", (request, response) => void answer(request, response));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return issuer;
}

interface Page {
  status: number;
  location: string | undefined;
  text: string;
}

/** A browser: keeps each site's cookies, and shows the balancer as https://a.example. */
function createBrowser(balancerPort: () => number) {
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (site: string) => {
    const jar = jars.get(site) ?? new Map<string, string>();
    jars.set(site, jar);
    return jar;
  };
  const keep = (site: string, fields: readonly string[]) => {
    for (const field of fields) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(field)!;
      jarOf(site).set(name!, value!);
    }
  };
  const cookies = (site: string) =>
    [...jarOf(site)].map(([name, value]) => `${name}=${value}`).join("; ");
  const askBalancer = async ({ host, pathname, search }: URL): Promise<Page> => {
    const socket = await handshake(balancerPort());
    const head = [`GET ${pathname}${search} HTTP/1.1`, `Host: ${host}`, "Connection: close"];
    if (cookies(host) !== "") head.push(`Cookie: ${cookies(host)}`);
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
    let text = "";
    for await (const piece of socket) text += String(piece);
    const at = text.indexOf("\r\n\r\n");
    const fields = text.slice(0, at).split("\r\n");
    const values = (name: string) =>
      fields
        .filter((field) => field.toLowerCase().startsWith(`${name}: `))
        .map((field) => field.slice(name.length + 2));
    keep(host, values("set-cookie"));
    const [location] = values("location");
    return { status: Number(text.slice(9, 12)), location, text: text.slice(at + 4) };
  };
  const askProvider = async (url: URL, form?: Record<string, string>): Promise<Page> => {
    const response = await fetch(url, {
      redirect: "manual",
      headers: { cookie: cookies(url.host) },
      ...(form && { method: "POST", body: new URLSearchParams(form) }),
    });
    keep(url.host, response.headers.getSetCookie());
    const location = response.headers.get("location") ?? undefined;
    return { status: response.status, location, text: await response.text() };
  };
  return {
    /** Follows redirects; fills in the provider's forms, as whoever logs in does. */
    async open(address: string, login: string): Promise<{ page: Page; visited: string[] }> {
      let url = new URL(address);
      let form: Record<string, string> | undefined;
      const visited: string[] = [];
      for (let steps = 0; steps < 20; steps++) {
        visited.push(url.pathname.replace(/^(\/interaction|\/auth)\/.*/, "$1"));
        const page = await (url.host === "a.example" ? askBalancer(url) : askProvider(url, form));
        form = undefined;
        if (page.location !== undefined) {
          url = new URL(page.location, url);
          continue;
        }
        const action = /<form[^>]*action="([^"]+)"/.exec(page.text)?.[1];
        if (page.status !== 200 || action === undefined) return { page, visited };
        const prompt = /name="prompt" value="(\w+)"/.exec(page.text)![1]!;
        form = prompt === "login" ? { prompt, login, password: "any" } : { prompt };
        url = new URL(action, url);
      }
      throw new Error(`no end of redirects: ${visited.join(" ")}`);
    },
  };
}

async function serveShop(context: TestContext, rule: Partial<RuleConfig>) {
  const stage = createStage(context);
  const app = await stage.backend(({ headers }) => ({
    status: 200,
    headers: {},
    body: JSON.stringify(headers),
  }));
  await stage.configure({
    listeners: [secure(tlsConfig(["a.example"]), [{ ...defaultRule(forward("tg")), ...rule }])],
    targetGroups: [{ ...targetGroup, targets: [target(app)] }],
  });
  return stage;
}

test("a user logs in at a certified provider, and is known to the application from then on", async (context) => {
  const issuer = await startProvider(context);
  const authentication: OidcConfig = {
    issuer,
    authorizationEndpoint: `${issuer}/auth`,
    tokenEndpoint: `${issuer}/token`,
    userInfoEndpoint: `${issuer}/me`,
    clientId: "shop",
    clientSecret: "a secret of the shop",
    cookieName: "AWSELBAuthSessionCookie",
    scope: "openid email",
    sessionMs: 60_000,
    extraParams: {},
    unauthenticated: "authenticate",
  };
  const stage = await serveShop(context, { authentication });
  const browser = createBrowser(() => stage.port);
  const first = await browser.open("https://a.example/basket?item=7", "alice");
  assert.equal(first.page.status, 200, first.page.text);
  assert.deepEqual(first.visited.slice(-2), ["/oauth2/idpresponse", "/basket"]);
  assert.ok(first.visited.includes("/interaction"), first.visited.join(" "));
  const headers = JSON.parse(first.page.text) as Record<string, string>;
  assert.equal(headers["x-amzn-oidc-identity"], "alice");
  const claims = headers["x-amzn-oidc-data"]!.split(".")[1]!;
  const { sub, email } = JSON.parse(Buffer.from(claims, "base64url").toString()) as never;
  assert.deepEqual({ sub, email }, { sub: "alice", email: "alice@example.com" });
  // The access token that the application is given is one of the provider's.
  const me = await fetch(`${issuer}/me`, {
    headers: { authorization: `Bearer ${headers["x-amzn-oidc-accesstoken"]}` },
  });
  assert.equal(((await me.json()) as { sub: string }).sub, "alice");
  const again = await browser.open("https://a.example/orders", "alice");
  assert.deepEqual(again.visited, ["/orders"]);
});

test("a program's token of a certified provider opens what its scope allows", async (context) => {
  const issuer = await startProvider(context);
  const claim = { name: "scope", format: "space-separated-values" as const };
  const token = {
    keySetUrl: `${issuer}/jwks`,
    issuer,
    claims: [{ ...claim, values: ["orders:write"] }],
  };
  const stage = await serveShop(context, { token });
  const tokenFor = async (scope: string) => {
    const response = await fetch(`${issuer}/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: "worker",
        client_secret: "a secret of the worker",
        scope,
      }),
    });
    const answer = (await response.json()) as { access_token?: string };
    assert.ok(answer.access_token, JSON.stringify(answer));
    return answer.access_token;
  };
  const statusWith = async (bearer: string) => {
    const socket = await handshake(stage.port);
    socket.write(
      `GET / HTTP/1.1\r\nHost: a.example\r\nAuthorization: Bearer ${bearer}\r\nConnection: close\r\n\r\n`,
    );
    let text = "";
    for await (const piece of socket) text += String(piece);
    return Number(text.slice(9, 12));
  };
  const good = await tokenFor("orders:read orders:write");
  assert.equal(await statusWith(good), 200);
  assert.equal(await statusWith(await tokenFor("orders:read")), 401);
  const [head, body] = good.split(".");
  assert.equal(await statusWith(`${head}.${body}.${Buffer.alloc(256).toString("base64url")}`), 401);
});
