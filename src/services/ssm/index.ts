/** AWS Systems Manager: Parameter Store, documents, Run Command, Session Manager and patch baselines. */
import { defineService } from "#services/kit/service.ts";
import { differences } from "./differences.ts";
import { commandOperations } from "./operations/commands.ts";
import { documentPermissionOperations } from "./operations/document-permissions.ts";
import { documentReadOperations } from "./operations/document-reads.ts";
import { documentOperations } from "./operations/documents.ts";
import { describeInstanceInformation } from "./operations/describe-instance-information.ts";
import { parameterOperations } from "./operations/get-parameters.ts";
import { parameterListOperations } from "./operations/list-parameters.ts";
import { parameterLabelOperations } from "./operations/parameter-labels.ts";
import { patchBaselineOperations } from "./operations/patch-baselines.ts";
import { patchGroupOperations } from "./operations/patch-groups.ts";
import { putParameter } from "./operations/put-parameter.ts";
import { sendCommand } from "./operations/send-command.ts";
import { sessionOperations } from "./operations/sessions.ts";
import { tagOperations } from "./operations/tags.ts";
import { parameterPolicies } from "./reconcilers/parameter-policies.ts";
import { commandRunner } from "./reconcilers/run-command.ts";
import { lostSessions } from "./reconcilers/lost-sessions.ts";
import { noticeTeller } from "./reconcilers/tell-notices.ts";
import { dataChannelSite } from "./sessions/site.ts";
import { createState, type State } from "./state.ts";

export const service = defineService<"ssm", State>({
  name: "ssm",
  operations: {
    PutParameter: putParameter,
    ...parameterOperations,
    ...parameterListOperations,
    ...parameterLabelOperations,
    ...tagOperations,
    ...sessionOperations,
    SendCommand: sendCommand,
    ...commandOperations,
    ...documentOperations,
    ...documentReadOperations,
    ...documentPermissionOperations,
    ...patchBaselineOperations,
    ...patchGroupOperations,
    DescribeInstanceInformation: describeInstanceInformation,
  },
  createState,
  reconcilers: (env, state) => [
    parameterPolicies(env),
    commandRunner(env, state),
    noticeTeller(env),
    lostSessions(env, state),
  ],
  sites: (env, state) => [dataChannelSite(env, state)],
  stop: (_env, state) => {
    for (const session of state.sessions.values()) session.end();
  },
  differences,
});
