/** AWS Lambda. */
import { defineService } from "#services/kit/service.ts";
import { listFunctions } from "./operations/list-functions.ts";

export const service = defineService<"lambda">({
  name: "lambda",
  operations: {
    ListFunctions: listFunctions,
  },
});
