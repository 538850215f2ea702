/** Function URLs' host names: "<url-id>.lambda-url.<region>.localhost", where AWS has ".on.aws". */
import type { GatewayAddress } from "#services/kit/service.ts";

/** Names under .localhost resolve to this machine; LocalStack's domain does so by public DNS. */
const pattern =
  /^([a-z0-9]{32})\.lambda-url\.[a-z0-9-]+\.localhost(?:\.localstack\.cloud)?(?::\d*)?$/;

export const urlDomain = (urlId: string, region: string): string =>
  `${urlId}.lambda-url.${region}.localhost`;

export const functionUrl = (urlId: string, region: string, { port }: GatewayAddress): string =>
  `http://${urlDomain(urlId, region)}:${port}/`;

/** The id in a request's Host field; undefined for other hosts. */
export function readUrlId(host: string | undefined): string | undefined {
  return pattern.exec((host ?? "").toLowerCase())?.[1];
}
