import { defineService } from "#services/kit/service.ts";

export const service = defineService<"sqs">({ name: "sqs", operations: {} });
