/** The instances that a command runs on. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Target.html */
import type { Instance } from "@aws-sdk/client-ec2";
import type { SsmContext } from "../context.ts";
import {
  duplicateInstanceId,
  invalidInstanceId,
  invalidParameters,
  validationException,
} from "../errors.ts";
import { managedInstances } from "../managed-instances.ts";

interface Asked {
  InstanceIds?: string[] | undefined;
  Targets?: { Key?: string | undefined; Values?: string[] | undefined }[] | undefined;
}

/** Those that were named must all run; of those that tags choose, those that do. */
export async function commandTargets(
  { InstanceIds: named = [], Targets: targets = [] }: Asked,
  context: SsmContext,
): Promise<Instance[]> {
  if (named.length > 0 && targets.length > 0)
    throw invalidParameters("Specify either InstanceIds or Targets, not both.");
  if (new Set(named).size !== named.length) throw duplicateInstanceId();
  const group = targets.find(({ Key }) => Key?.startsWith("resource-groups:"));
  if (group)
    throw validationException(
      `Fogbank has no resource groups: it does not support the target ${group.Key}. Use InstanceIds or tag:KEY.`,
    );
  const byId = targets.find(({ Key }) => /^instanceids$/i.test(Key ?? ""))?.Values;
  const ids = named.length > 0 ? named : byId;
  const tags = targets.flatMap(({ Key = "", Values = [] }) =>
    Key.startsWith("tag:") ? [{ key: Key.slice("tag:".length), values: Values }] : [],
  );
  const tagKeys = targets.flatMap(({ Key, Values = [] }) => (Key === "tag-key" ? [Values] : []));
  if (!ids && tags.length === 0 && tagKeys.length === 0)
    throw invalidParameters("Targets must name InstanceIds or tag:KEY, or InstanceIds be given.");
  // "*" means every managed node.
  const chosen = ids?.includes("*") ? undefined : ids;
  const found = await managedInstances(context.clients, context, {
    ...(chosen && { ids: chosen }),
    tags,
    tagKeys,
  });
  const running = found.map(({ InstanceId }) => InstanceId!);
  const missing = named.filter((id) => !running.includes(id));
  if (missing.length > 0) throw invalidInstanceId(missing, context.account);
  return found;
}
