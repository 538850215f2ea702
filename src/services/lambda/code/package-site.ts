/** Where GetFunction says that a package can be fetched: on AWS a presigned URL of a bucket of Lambda's own. */
import type { Site } from "#services/kit/service.ts";
import type { CodeStore } from "./code-store.ts";

const start = "/_fogbank/lambda/packages/";

/** Its hash is what one has to know. */
export const packageUrl = (baseUrl: string, sha256: string): string =>
  `${baseUrl}${start}${Buffer.from(sha256, "base64").toString("hex")}`;

export function packageSite(codes: CodeStore): Site {
  return {
    matches: ({ target }) => target.startsWith(start),
    async handle({ target, method }) {
      const sha256 = Buffer.from(target.slice(start.length), "hex").toString("base64");
      const bytes = await codes.find(sha256);
      if (!bytes || method !== "GET") return { status: 404, headers: {}, body: "" };
      return { status: 200, headers: { "content-type": "application/zip" }, body: bytes };
    },
  };
}
