import { defineService } from "#services/kit/service.ts";
import { differences } from "./differences.ts";
import { accessKeyOperations } from "./operations/access-keys.ts";
import { roleOperations } from "./operations/roles.ts";
import { userOperations } from "./operations/users.ts";
import { createState, type State } from "./state.ts";

export const service = defineService<"iam", State>({
  name: "iam",
  operations: {
    ...userOperations,
    ...accessKeyOperations,
    ...roleOperations,
  },
  createState,
  findCredential: (_env, state, accessKeyId) => state.credentials.find(accessKeyId),
  stop: (_env, state) => state.credentials.close(),
  differences,
});
