import { defineService } from "#services/kit/service.ts";

export const service = defineService<"sns">({ name: "sns", operations: {} });
