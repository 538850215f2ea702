import { defineService } from "#services/kit/service.ts";

export const service = defineService<"logs">({ name: "logs", operations: {} });
