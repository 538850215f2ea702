import type { Operation } from "#services/kit/service.ts";
import { findListener } from "../find.ts";
import { pageOf } from "../paging.ts";
import type { State } from "../state.ts";

/**
 * "If the default certificate is also in the certificate list, it appears twice in the results."
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListenerCertificates.html
 */
export const describeListenerCertificates: Operation<
  "elbv2",
  "DescribeListenerCertificates",
  State
> = async (input, context) => {
  const { tls } = await context.store.transaction((tx) =>
    findListener(tx, context, input.ListenerArn),
  );
  const all = (tls?.certificates ?? []).map((CertificateArn, index) => ({
    CertificateArn,
    IsDefault: index === 0,
  }));
  const { items, NextMarker } = pageOf(
    all,
    input,
    ({ CertificateArn, IsDefault }) => `${IsDefault ? 0 : 1} ${CertificateArn}`,
  );
  return { Certificates: items, NextMarker };
};
