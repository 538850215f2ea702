import { defineService } from "#services/kit/service.ts";
import { differences } from "./differences.ts";
import { assumeRole } from "./operations/assume-role.ts";
import { getAccessKeyInfo } from "./operations/get-access-key-info.ts";
import { getCallerIdentity } from "./operations/get-caller-identity.ts";
import { getFederationToken } from "./operations/get-federation-token.ts";
import { getSessionToken } from "./operations/get-session-token.ts";
import { expiredSessions } from "./reconcilers/expired-sessions.ts";
import { createState, type State } from "./sessions.ts";

export const service = defineService<"sts", State>({
  name: "sts",
  operations: {
    AssumeRole: assumeRole,
    GetAccessKeyInfo: getAccessKeyInfo,
    GetCallerIdentity: getCallerIdentity,
    GetFederationToken: getFederationToken,
    GetSessionToken: getSessionToken,
  },
  createState,
  reconcilers: (env) => [expiredSessions(env)],
  findCredential: (_env, state, accessKeyId) => state.credentials.find(accessKeyId),
  stop: (_env, state) => state.credentials.close(),
  differences,
});
