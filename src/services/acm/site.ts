/** The root certificate, for those who want to trust it: GET /_fogbank/ca.pem. */
import type { Environment, Site } from "#services/kit/service.ts";
import { join } from "node:path";
import { rootFile } from "./authority/authority.ts";
import type { State } from "./state.ts";

const rootPath = "/_fogbank/ca.pem";

export function rootSite({ dataDir }: Environment, state: State): Site {
  return {
    matches: ({ method, target }) => target === rootPath && (method === "GET" || method === "HEAD"),
    async handle() {
      const { certificate } = await state.authority();
      return {
        status: 200,
        headers: {
          "Content-Type": "application/x-pem-file",
          // Where `fogbank trust` finds the file on this machine.
          ...(dataDir !== undefined && { "X-Fogbank-Path": encodeURI(join(dataDir, rootFile)) }),
        },
        body: certificate.toString(),
      };
    },
  };
}
