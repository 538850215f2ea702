import { defineService } from "#services/kit/service.ts";

export const service = defineService<"elbv2">({ name: "elbv2", operations: {} });
