/** Where what trust stores hold can be fetched for a while: AWS answers with links to S3. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { HttpReply } from "#http/http.ts";
import type { RequestContext, Environment, Site } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { trustStores } from "./records.ts";
import type { State } from "./state.ts";

const host = "elb-trust-stores.localhost";
/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_GetTrustStoreCaCertificatesBundle.html */
const validMs = 600_000;

/** A link to a trust store's bundle, or to one of its revocation lists. */
export function trustStoreLink(
  context: RequestContext,
  { linkKey }: State,
  { account, region }: Scope,
  name: string,
  revocationId: number | undefined,
): string {
  const file = revocationId === undefined ? "bundle" : `revocation-${revocationId}`;
  const path = `/${account}/${region}/${name}/${file}.pem`;
  const expiresMs = context.clock.now() + validMs;
  const { protocol, port } = new URL(context.baseUrl);
  const place = port === "" ? host : `${host}:${port}`;
  return `${protocol}//${place}${path}?expires=${expiresMs}&signature=${sign(linkKey, path, expiresMs)}`;
}

export function trustStoreSite(env: Environment, { linkKey }: State): Site {
  return {
    matches: ({ headers }) => (headers["host"] ?? "").replace(/:\d*$/, "") === host,
    async handle({ target }) {
      const { pathname, searchParams } = new URL(target, `http://${host}`);
      const expiresMs = Number(searchParams.get("expires"));
      const given = Buffer.from(searchParams.get("signature") ?? "");
      const wanted = Buffer.from(sign(linkKey, pathname, expiresMs));
      const valid = given.length === wanted.length && timingSafeEqual(given, wanted);
      if (!valid || expiresMs < env.clock.now())
        return text(403, "the link is not valid, or not any more\n");
      const [, account = "", region = "", name = "", file = ""] = pathname.split("/");
      const store = await env.store.transaction((tx) =>
        trustStores.get(tx, { account, region }, name),
      );
      const id = /^revocation-(\d+)\.pem$/.exec(file)?.[1];
      const pem =
        id === undefined
          ? store?.bundle
          : store?.revocations.find((one) => one.id === Number(id))?.pem;
      return pem === undefined ? text(404, "there is nothing any more\n") : text(200, pem);
    },
  };
}

function text(status: number, body: string): HttpReply {
  return { status, headers: { "Content-Type": "application/x-pem-file" }, body };
}

function sign(key: string, path: string, expiresMs: number): string {
  return createHmac("sha256", key).update(`${path} ${expiresMs}`).digest("hex");
}
