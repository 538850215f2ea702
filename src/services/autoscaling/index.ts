import { defineService } from "#services/kit/service.ts";

export const service = defineService<"autoscaling">({ name: "autoscaling", operations: {} });
