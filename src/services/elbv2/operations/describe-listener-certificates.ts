import type { Operation } from "#services/kit/service.ts";
import { findListener } from "../find.ts";
import type { State } from "../state.ts";

/** HTTP listeners have none, and there are no others. */
export const describeListenerCertificates: Operation<
  "elbv2",
  "DescribeListenerCertificates",
  State
> = async ({ ListenerArn }, context) => {
  await context.store.transaction((tx) => findListener(tx, context, ListenerArn));
  return { Certificates: [] };
};
