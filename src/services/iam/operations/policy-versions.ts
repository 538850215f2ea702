/** Versions of managed policies. https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html */
import type { Transaction } from "#store/store.ts";
import { pageOf, type IamContext, type IamOperation, type IamOperations } from "../context.ts";
import { deleteConflict, limitExceeded, noSuchEntity, policyNotFound } from "../errors.ts";
import { mostPolicyVersions } from "../limits.ts";
import { policyByArn } from "../managed-policies.ts";
import { encodeDocument } from "../policy/document.ts";
import { globalScope, idOf, policies, type PolicyRecord } from "../records.ts";
import { versionShape } from "../shapes.ts";
import { awsManagedPolicies } from "../state.ts";
import { checkManagedPolicy } from "./policies.ts";

/** A policy of the account's own, which alone may change. */
async function findOwn(tx: Transaction, context: IamContext, arn: string): Promise<PolicyRecord> {
  const policy = await policyByArn(tx, context, new Map(), arn);
  if (!policy) throw policyNotFound(arn);
  return policy;
}

function put(tx: Transaction, context: IamContext, policy: PolicyRecord): void {
  policies.put(tx, globalScope(context), [idOf(policy.name)], policy);
}

function findVersion(policy: PolicyRecord, arn: string, versionId: string) {
  const version = policy.versions.find(({ number }) => `v${number}` === versionId);
  if (!version)
    throw noSuchEntity(`Policy ${arn} version ${versionId} does not exist or is not attachable.`);
  return version;
}

const createPolicyVersion: IamOperation<"CreatePolicyVersion"> = async (input, context) => {
  const document = input.PolicyDocument!;
  checkManagedPolicy(document);
  const now = context.clock.now();
  const { policy, version } = await context.store.transaction(async (tx) => {
    const old = await findOwn(tx, context, input.PolicyArn!);
    if (old.versions.length >= mostPolicyVersions)
      throw limitExceeded(
        `A managed policy can have up to ${mostPolicyVersions} versions. Before you create a new version, you must delete an existing version.`,
      );
    const number = old.latestVersion + 1;
    const added = { number, document, createdMs: now };
    const changed: PolicyRecord = {
      ...old,
      updatedMs: now,
      versions: [...old.versions, added],
      latestVersion: number,
      defaultVersion: input.SetAsDefault ? number : old.defaultVersion,
    };
    put(tx, context, changed);
    return { policy: changed, version: added };
  });
  return { PolicyVersion: versionShape(policy, version) };
};

const getPolicyVersion: IamOperation<"GetPolicyVersion"> = async (input, context) => {
  const arn = input.PolicyArn!;
  const awsManaged = await awsManagedPolicies(context.state);
  const policy = await context.store.transaction((tx) => policyByArn(tx, context, awsManaged, arn));
  if (!policy) throw policyNotFound(arn);
  const version = findVersion(policy, arn, input.VersionId!);
  return {
    PolicyVersion: {
      Document: encodeDocument(version.document),
      ...versionShape(policy, version),
    },
  };
};

/** Newest first. */
const listPolicyVersions: IamOperation<"ListPolicyVersions"> = async (input, context) => {
  const arn = input.PolicyArn!;
  const awsManaged = await awsManagedPolicies(context.state);
  const policy = await context.store.transaction((tx) => policyByArn(tx, context, awsManaged, arn));
  if (!policy) throw policyNotFound(arn);
  const { items, ...rest } = pageOf(policy.versions, input, ({ number }) =>
    String(policy.latestVersion - number).padStart(9, "0"),
  );
  return { Versions: items.map((version) => versionShape(policy, version)), ...rest };
};

const setDefaultPolicyVersion: IamOperation<"SetDefaultPolicyVersion"> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const policy = await findOwn(tx, context, input.PolicyArn!);
    const { number } = findVersion(policy, input.PolicyArn!, input.VersionId!);
    put(tx, context, { ...policy, defaultVersion: number, updatedMs: context.clock.now() });
  });
  return {};
};

const deletePolicyVersion: IamOperation<"DeletePolicyVersion"> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const policy = await findOwn(tx, context, input.PolicyArn!);
    const { number } = findVersion(policy, input.PolicyArn!, input.VersionId!);
    if (number === policy.defaultVersion)
      throw deleteConflict("Cannot delete the default version of a policy.");
    const versions = policy.versions.filter((version) => version.number !== number);
    put(tx, context, { ...policy, versions, updatedMs: context.clock.now() });
  });
  return {};
};

export const policyVersionOperations: IamOperations = {
  CreatePolicyVersion: createPolicyVersion,
  GetPolicyVersion: getPolicyVersion,
  ListPolicyVersions: listPolicyVersions,
  SetDefaultPolicyVersion: setDefaultPolicyVersion,
  DeletePolicyVersion: deletePolicyVersion,
};
