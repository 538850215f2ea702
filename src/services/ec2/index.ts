import { defineService } from "#services/kit/service.ts";

export const service = defineService<"ec2">({ name: "ec2", operations: {} });
