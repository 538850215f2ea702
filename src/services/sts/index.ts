import { defineService } from "#services/kit/service.ts";

export const service = defineService<"sts">({ name: "sts", operations: {} });
