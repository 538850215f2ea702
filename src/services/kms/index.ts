/** AWS KMS. */
import { defineService } from "#services/kit/service.ts";
import { listKeys } from "./operations/list-keys.ts";

export const service = defineService<"kms">({
  name: "kms",
  operations: {
    ListKeys: listKeys,
  },
});
