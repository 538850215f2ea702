/** CloudFormation as a service, with resource types of its own where a test brings some. */
import { defineService, type ServiceDefinition } from "#services/kit/service.ts";
import { createResponseSite } from "./custom-resource/response-site.ts";
import { differences } from "./differences.ts";
import { deleteChangeSet, describeChangeSet, listChangeSets } from "./operations/change-sets.ts";
import { createChangeSet } from "./operations/create-change-set.ts";
import { createStack } from "./operations/create-stack.ts";
import { deleteStack } from "./operations/delete-stack.ts";
import { describeStackEvents } from "./operations/describe-stack-events.ts";
import { describeStacks } from "./operations/describe-stacks.ts";
import { executeChangeSet } from "./operations/execute-change-set.ts";
import { listExports, listImports } from "./operations/exports.ts";
import {
  cancelUpdateStack,
  continueUpdateRollback,
  rollbackStack,
  signalResource,
  updateTerminationProtection,
} from "./operations/interventions.ts";
import { listStacks } from "./operations/list-stacks.ts";
import {
  describeStackResource,
  describeStackResources,
  listStackResources,
} from "./operations/stack-resources.ts";
import { getTemplate, getTemplateSummary, validateTemplate } from "./operations/templates.ts";
import { updateStack } from "./operations/update-stack.ts";
import { createNotificationReconciler } from "./reconcilers/notification-reconciler.ts";
import { createStackReconciler } from "./reconcilers/stack-reconciler.ts";
import type { ResourceType } from "./resource-types/resource-type.ts";
import { createState, type CloudFormationState } from "./state.ts";
import { createWaitConditionSite } from "./wait-condition-site.ts";

export type CloudFormation = ServiceDefinition<"cloudformation", CloudFormationState>;

export function createCloudFormation(ownTypes: readonly ResourceType[] = []): CloudFormation {
  return defineService<"cloudformation", CloudFormationState>({
    name: "cloudformation",
    operations: {
      CancelUpdateStack: cancelUpdateStack,
      ContinueUpdateRollback: continueUpdateRollback,
      CreateChangeSet: createChangeSet,
      CreateStack: createStack,
      DeleteChangeSet: deleteChangeSet,
      DeleteStack: deleteStack,
      DescribeChangeSet: describeChangeSet,
      DescribeStackEvents: describeStackEvents,
      DescribeStackResource: describeStackResource,
      DescribeStackResources: describeStackResources,
      DescribeStacks: describeStacks,
      ExecuteChangeSet: executeChangeSet,
      GetTemplate: getTemplate,
      GetTemplateSummary: getTemplateSummary,
      ListChangeSets: listChangeSets,
      ListExports: listExports,
      ListImports: listImports,
      ListStackResources: listStackResources,
      ListStacks: listStacks,
      RollbackStack: rollbackStack,
      SignalResource: signalResource,
      UpdateStack: updateStack,
      UpdateTerminationProtection: updateTerminationProtection,
      ValidateTemplate: validateTemplate,
    },
    createState: (env) => createState(env, ownTypes),
    reconcilers: (env, state) => [
      createStackReconciler(env, state),
      createNotificationReconciler(env),
    ],
    sites: (env, state) => [createWaitConditionSite(env), createResponseSite(env, state)],
    differences,
  });
}
