import { defineService } from "#services/kit/service.ts";

export const service = defineService<"ssm">({ name: "ssm", operations: {} });
