/** AWS ACM. */
import { defineService } from "#services/kit/service.ts";
import { listAcmeEndpoints } from "./operations/list-acme-endpoints.ts";

export const service = defineService<"acm">({
  name: "acm",
  operations: {
    ListAcmeEndpoints: listAcmeEndpoints,
  },
});
