/** AWS Secrets Manager. */
import { defineService } from "#services/kit/service.ts";
import { listSecrets } from "./operations/list-secrets.ts";

export const service = defineService<"secretsmanager">({
  name: "secretsmanager",
  operations: {
    ListSecrets: listSecrets,
  },
});
