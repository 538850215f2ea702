import { defineService } from "#services/kit/service.ts";

export const service = defineService<"dynamodb">({ name: "dynamodb", operations: {} });
