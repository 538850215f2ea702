import { defineService } from "#services/kit/service.ts";

export const service = defineService<"iam">({ name: "iam", operations: {} });
