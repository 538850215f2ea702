import type { HttpRequest } from "#http/http.ts";
import { bucketOfHost } from "#wire/s3-bucket-host.ts";
import type { CorsIndex } from "./cors-index.ts";

/** The bucket that a request's head names; undefined when there is none of that name. */
export function bucketOf({ headers, target }: HttpRequest, index: CorsIndex): string | undefined {
  const [first = ""] = target.slice(1).split(/[/?]/, 1);
  for (const name of [bucketOfHost(headers.host), first])
    if (name !== undefined && index.rulesOf(name)) return name;
  return undefined;
}
