/** Elastic Load Balancing of the first generation: Classic Load Balancers. */
import { defineService } from "#services/kit/service.ts";
import { differences } from "./differences.ts";
import { operations } from "./operations/operations.ts";

export const service = defineService<"elb">({
  name: "elb",
  operations,
  differences,
});
