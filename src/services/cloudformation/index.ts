import { defineService } from "#services/kit/service.ts";

export const service = defineService<"cloudformation">({ name: "cloudformation", operations: {} });
