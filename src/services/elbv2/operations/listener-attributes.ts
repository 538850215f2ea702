import type { Operation } from "#services/kit/service.ts";
import { changeAttributes, describeAttributes } from "../attributes.ts";
import { findListener } from "../find.ts";
import { listenerTable } from "../kinds.ts";
import { listeners } from "../records.ts";
import type { State } from "../state.ts";

export const describeListenerAttributes: Operation<
  "elbv2",
  "DescribeListenerAttributes",
  State
> = async ({ ListenerArn }, context) => {
  const listener = await context.store.transaction((tx) => findListener(tx, context, ListenerArn));
  return { Attributes: describeAttributes(listenerTable(listener), listener.attributes) };
};

export const modifyListenerAttributes: Operation<
  "elbv2",
  "ModifyListenerAttributes",
  State
> = async ({ ListenerArn, Attributes }, context) => {
  const record = await context.store.transaction(async (tx) => {
    const listener = await findListener(tx, context, ListenerArn);
    const attributes = changeAttributes(
      "listener",
      listenerTable(listener),
      listener.attributes,
      Attributes,
    );
    const { loadBalancerName, id } = listener;
    const changed = { ...listener, attributes };
    listeners.put(tx, context, [loadBalancerName, id], changed);
    return changed;
  });
  return { Attributes: describeAttributes(listenerTable(record), record.attributes) };
};
