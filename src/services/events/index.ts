/** AWS EventBridge. */
import { defineService } from "#services/kit/service.ts";
import { listRules } from "./operations/list-rules.ts";

export const service = defineService<"events">({
  name: "events",
  operations: {
    ListRules: listRules,
  },
});
