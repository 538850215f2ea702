/** AWS Route 53. */
import { defineService } from "#services/kit/service.ts";
import { listHostedZones } from "./operations/list-hosted-zones.ts";

export const service = defineService<"route53">({
  name: "route53",
  operations: {
    ListHostedZones: listHostedZones,
  },
});
