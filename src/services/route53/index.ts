/** Route 53: hosted zones and their records, health checks, and the DNS server that answers for them. */
import { defineService } from "#services/kit/service.ts";
import { differences } from "./differences.ts";
import { operations } from "./operations/operations.ts";
import { createState, type State } from "./state.ts";

export const service = defineService<"route53", State>({
  name: "route53",
  operations,
  createState,
  differences,
});
