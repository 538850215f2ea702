import type { Operation } from "#services/kit/service.ts";
import { revocationIdNotFound } from "../errors.ts";
import type { State } from "../state.ts";
import { trustStoreLink } from "../trust-store-site.ts";
import { findTrustStore } from "../trust-stores.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_GetTrustStoreCaCertificatesBundle.html */
export const getTrustStoreCaCertificatesBundle: Operation<
  "elbv2",
  "GetTrustStoreCaCertificatesBundle",
  State
> = async ({ TrustStoreArn }, context) => {
  const { name } = await context.store.transaction((tx) =>
    findTrustStore(tx, context, TrustStoreArn),
  );
  return { Location: trustStoreLink(context, context.state, context, name, undefined) };
};

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_GetTrustStoreRevocationContent.html */
export const getTrustStoreRevocationContent: Operation<
  "elbv2",
  "GetTrustStoreRevocationContent",
  State
> = async ({ TrustStoreArn, RevocationId }, context) => {
  const { name, revocations } = await context.store.transaction((tx) =>
    findTrustStore(tx, context, TrustStoreArn),
  );
  if (!revocations.some(({ id }) => id === RevocationId)) throw revocationIdNotFound(RevocationId!);
  return { Location: trustStoreLink(context, context.state, context, name, RevocationId) };
};
