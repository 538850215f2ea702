/** With whom a document is shared. https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html */
import { pageOf, type SsmOperation, type SsmOperations } from "../context.ts";
import { ownDocument } from "../documents/find.ts";
import { documents } from "../documents/records.ts";
import { documentPermissionLimit, validationException } from "../errors.ts";
import { mostDocumentShares } from "../limits.ts";

const pageSize = 200;

const describeDocumentPermission: SsmOperation<"DescribeDocumentPermission"> = async (
  input,
  context,
) => {
  const { shares } = await context.store.transaction((tx) => ownDocument(tx, context, input.Name!));
  const { items, NextToken } = pageOf(shares, input, ({ accountId }) => accountId, pageSize);
  return {
    AccountIds: items.map(({ accountId }) => accountId),
    AccountSharingInfoList: items.map(({ accountId, version }) => ({
      AccountId: accountId,
      SharedDocumentVersion: version,
    })),
    NextToken,
  };
};

const modifyDocumentPermission: SsmOperation<"ModifyDocumentPermission"> = async (
  input,
  context,
) => {
  const added = input.AccountIdsToAdd ?? [];
  const removed = input.AccountIdsToRemove ?? [];
  for (const [member, ids] of [
    ["accountIdsToAdd", added],
    ["accountIdsToRemove", removed],
  ] as const)
    if (ids.some((id) => !/^(all|\d{12})$/i.test(id)))
      throw validationException(
        `1 validation error detected: Value '[${ids.join(", ")}]' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: (?i)all|[0-9]{12}`,
      );
  for (const ids of [added, removed])
    if (ids.length > 1 && ids.some((id) => /^all$/i.test(id)))
      throw documentPermissionLimit("Accounts can either be all or a group of AWS accounts");
  await context.store.transaction(async (tx) => {
    const document = await ownDocument(tx, context, input.Name!);
    const kept = document.shares.filter(
      ({ accountId }) => !removed.includes(accountId) && !added.includes(accountId),
    );
    const version = input.SharedDocumentVersion ?? "$DEFAULT";
    const shares = [...kept, ...added.map((accountId) => ({ accountId, version }))];
    if (shares.length > mostDocumentShares)
      throw documentPermissionLimit(
        `The document can't be shared with more than ${mostDocumentShares} accounts.`,
      );
    documents.put(tx, context, [document.name], { ...document, shares });
  });
  return {};
};

export const documentPermissionOperations: SsmOperations = {
  DescribeDocumentPermission: describeDocumentPermission,
  ModifyDocumentPermission: modifyDocumentPermission,
};
