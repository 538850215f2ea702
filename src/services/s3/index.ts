import { defineService } from "#services/kit/service.ts";

export const service = defineService<"s3">({ name: "s3", operations: {} });
