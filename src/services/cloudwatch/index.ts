import { defineService } from "#services/kit/service.ts";

export const service = defineService<"cloudwatch">({ name: "cloudwatch", operations: {} });
