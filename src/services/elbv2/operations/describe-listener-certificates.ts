import type { Operation } from "#services/kit/service.ts";
import { findListener } from "../find.ts";
import { pageOf } from "../paging.ts";
import type { State } from "../state.ts";

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
  const { items, NextMarker } = pageOf(all, input, ({ CertificateArn }) => CertificateArn);
  return { Certificates: items, NextMarker };
};
