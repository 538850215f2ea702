/**
 * What sharing trust stores with other accounts would bring. Nothing here shares them (that is AWS Resource Access
 * Manager's), so that no trust store has a policy and no listener of another account.
 */
import type { Operation } from "#services/kit/service.ts";
import { readArn } from "../arns.ts";
import { associationIsOwn, resourceNotFound, trustStoreAssociationNotFound } from "../errors.ts";
import { trustStores } from "../records.ts";
import type { State } from "../state.ts";
import { findTrustStore, listenersOf } from "../trust-stores.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_GetResourcePolicy.html */
export const getResourcePolicy: Operation<"elbv2", "GetResourcePolicy", State> = async (
  { ResourceArn },
  context,
) => {
  const [name] = readArn("trust store", ResourceArn);
  const present = await context.store.transaction((tx) => trustStores.get(tx, context, name));
  throw resourceNotFound(
    present?.arn === ResourceArn
      ? `Trust store '${ResourceArn}' has no resource policy`
      : `Trust store '${ResourceArn}' not found`,
  );
};

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteSharedTrustStoreAssociation.html */
export const deleteSharedTrustStoreAssociation: Operation<
  "elbv2",
  "DeleteSharedTrustStoreAssociation",
  State
> = ({ TrustStoreArn, ResourceArn }, context) =>
  context.store.transaction(async (tx) => {
    const { arn } = await findTrustStore(tx, context, TrustStoreArn);
    const users = await listenersOf(tx, context, arn);
    throw users.some((listener) => listener.arn === ResourceArn)
      ? associationIsOwn(ResourceArn!)
      : trustStoreAssociationNotFound(ResourceArn!);
  });
