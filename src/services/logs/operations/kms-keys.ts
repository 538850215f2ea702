/** The key that a group names; it is stored, and nothing is encrypted with it. */
import type { Operation } from "#services/kit/service.ts";
import { invalidParameter, notSupported } from "../errors.ts";
import { findGroup } from "../find.ts";
import { groups } from "../records.ts";
import type { LogsState } from "../state.ts";

const ofQueries = "encryption of query results";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html */
export const associateKmsKey: Operation<"logs", "AssociateKmsKey", LogsState> = async (
  input,
  context,
) => {
  const { kmsKeyId, logGroupName, resourceIdentifier } = input;
  if (resourceIdentifier?.includes(":query-result:")) throw notSupported(ofQueries);
  if (kmsKeyId === undefined) throw invalidParameter("kmsKeyId must be specified.");
  await context.store.transaction(async (tx) => {
    const { scope, group } = await findGroup(tx, logGroupName ?? resourceIdentifier, context);
    groups.put(tx, scope, [group.name], { ...group, kmsKeyId });
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DisassociateKmsKey.html */
export const disassociateKmsKey: Operation<"logs", "DisassociateKmsKey", LogsState> = async (
  input,
  context,
) => {
  const { logGroupName, resourceIdentifier } = input;
  if (resourceIdentifier?.includes(":query-result:")) throw notSupported(ofQueries);
  await context.store.transaction(async (tx) => {
    const { scope, group } = await findGroup(tx, logGroupName ?? resourceIdentifier, context);
    const { kmsKeyId: _, ...rest } = group;
    groups.put(tx, scope, [group.name], rest);
  });
  return {};
};
