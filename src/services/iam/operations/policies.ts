/** Managed policies. https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html */
import { newUniqueId } from "#services/kit/access-key.ts";
import { tagsToList } from "#services/kit/tags.ts";
import { arnOf, pageOf, type IamOperation, type IamOperations } from "../context.ts";
import { deleteConflict, entityAlreadyExists, policyNotFound, quotaExceeded } from "../errors.ts";
import { longestManagedPolicy, mostManagedPolicies } from "../limits.ts";
import { attachmentCounts, policyByArn } from "../managed-policies.ts";
import { policySize } from "../policy/document.ts";
import { checkIdentityPolicy } from "../policy/validate.ts";
import { globalScope, idOf, policies, type PolicyRecord } from "../records.ts";
import { policyShape, tagsShape } from "../shapes.ts";
import { awsManagedPolicies } from "../state.ts";
import { newTags } from "../tags.ts";

/** Throws for a document that is malformed or too long for a managed policy. */
export function checkManagedPolicy(document: string): void {
  checkIdentityPolicy(document);
  if (policySize(document) > longestManagedPolicy)
    throw quotaExceeded("PolicySize", longestManagedPolicy);
}

const createPolicy: IamOperation<"CreatePolicy"> = async (input, context) => {
  const scope = globalScope(context);
  const name = input.PolicyName!;
  const document = input.PolicyDocument!;
  const now = context.clock.now();
  const tags = newTags(input.Tags);
  checkManagedPolicy(document);
  const policy: PolicyRecord = {
    name,
    path: input.Path ?? "/",
    id: newUniqueId("ANPA", context.random),
    createdMs: now,
    updatedMs: now,
    tags,
    ...(input.Description !== undefined && { description: input.Description }),
    versions: [{ number: 1, document, createdMs: now }],
    defaultVersion: 1,
    latestVersion: 1,
  };
  await context.store.transaction(async (tx) => {
    if (await policies.get(tx, scope, idOf(name)))
      throw entityAlreadyExists(
        `A policy called ${name} already exists. Duplicate names are not allowed.`,
      );
    if ((await policies.list(tx, scope)).length >= mostManagedPolicies)
      throw quotaExceeded("PoliciesPerAccount", mostManagedPolicies);
    policies.put(tx, scope, [idOf(name)], policy);
  });
  return { Policy: { ...policyShape(context, policy, 0), ...tagsShape(tags) } };
};

const getPolicy: IamOperation<"GetPolicy"> = async (input, context) => {
  const arn = input.PolicyArn!;
  const awsManaged = await awsManagedPolicies(context.state);
  const { policy, attachments } = await context.store.transaction(async (tx) => {
    const found = await policyByArn(tx, context, awsManaged, arn);
    if (!found) throw policyNotFound(arn);
    return { policy: found, attachments: (await attachmentCounts(tx, context)).get(arn) ?? 0 };
  });
  return {
    Policy: {
      ...policyShape(context, policy, attachments),
      Arn: arn,
      ...(policy.description !== undefined && { Description: policy.description }),
      // Unlike users and roles, a policy without tags shows an empty list.
      Tags: tagsToList(policy.tags),
    },
  };
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html */
const listPolicies: IamOperation<"ListPolicies"> = async (input, context) => {
  const awsManaged = await awsManagedPolicies(context.state);
  const { own, counts } = await context.store.transaction(async (tx) => ({
    own: await policies.list(tx, globalScope(context)),
    counts: await attachmentCounts(tx, context),
  }));
  const local = own.map((policy) => ({ arn: arnOf(context, "policy", policy), policy }));
  const aws = [...awsManaged].map(([arn, policy]) => ({ arn, policy }));
  const all = [
    ...(input.Scope === "AWS" ? [] : local),
    ...(input.Scope === "Local" ? [] : aws),
  ].filter(
    ({ arn, policy }) =>
      policy.path.startsWith(input.PathPrefix ?? "/") &&
      (!input.OnlyAttached || counts.has(arn)) &&
      input.PolicyUsageFilter !== "PermissionsBoundary",
  );
  const { items, ...rest } = pageOf(all, input, ({ arn }) => arn);
  return {
    Policies: items.map(({ arn, policy }) => ({
      ...policyShape(context, policy, counts.get(arn) ?? 0),
      Arn: arn,
    })),
    ...rest,
  };
};

const deletePolicy: IamOperation<"DeletePolicy"> = async (input, context) => {
  const arn = input.PolicyArn!;
  await context.store.transaction(async (tx) => {
    const policy = await policyByArn(tx, context, new Map(), arn);
    if (!policy) throw policyNotFound(arn);
    if ((await attachmentCounts(tx, context)).has(arn))
      throw deleteConflict("Cannot delete a policy attached to entities.");
    if (policy.versions.length > 1)
      throw deleteConflict(
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
      );
    policies.delete(tx, globalScope(context), idOf(policy.name));
  });
  return {};
};

export const policyOperations: IamOperations = {
  CreatePolicy: createPolicy,
  GetPolicy: getPolicy,
  ListPolicies: listPolicies,
  DeletePolicy: deletePolicy,
};
