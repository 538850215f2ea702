import type { Operation } from "#services/kit/service.ts";
import { changeAttributes, describeAttributes, listenerAttributes } from "../attributes.ts";
import { findListener } from "../find.ts";
import { listeners } from "../records.ts";
import type { State } from "../state.ts";

export const describeListenerAttributes: Operation<
  "elbv2",
  "DescribeListenerAttributes",
  State
> = async ({ ListenerArn }, context) => {
  const { attributes } = await context.store.transaction((tx) =>
    findListener(tx, context, ListenerArn),
  );
  return { Attributes: describeAttributes(listenerAttributes, attributes) };
};

export const modifyListenerAttributes: Operation<
  "elbv2",
  "ModifyListenerAttributes",
  State
> = async ({ ListenerArn, Attributes }, context) => {
  const attributes = await context.store.transaction(async (tx) => {
    const listener = await findListener(tx, context, ListenerArn);
    const changed = changeAttributes(
      "listener",
      listenerAttributes,
      listener.attributes,
      Attributes,
    );
    const { loadBalancerName, id } = listener;
    listeners.put(tx, context, [loadBalancerName, id], { ...listener, attributes: changed });
    return changed;
  });
  return { Attributes: describeAttributes(listenerAttributes, attributes) };
};
