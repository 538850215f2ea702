import type { Operation } from "#services/kit/service.ts";
import { keepSecrets, readActions } from "../actions.ts";
import { checkForwards } from "../associate.ts";
import { duplicateListener } from "../errors.ts";
import { findListener } from "../find.ts";
import { checkCertificates, readCertificate, readProtocol } from "../listener-input.ts";
import { listeners } from "../records.ts";
import { listenerShape } from "../shapes.ts";
import type { State } from "../state.ts";

export const modifyListener: Operation<"elbv2", "ModifyListener", State> = async (
  input,
  context,
) => {
  await context.store.transaction((tx) => findListener(tx, context, input.ListenerArn));
  const certificate = readCertificate(input);
  if (certificate !== undefined && input.Protocol !== "HTTP")
    await checkCertificates(context, context, [certificate]);
  const record = await context.store.transaction(async (tx) => {
    const listener = await findListener(tx, context, input.ListenerArn);
    const { loadBalancerName, id } = listener;
    const port = input.Port ?? listener.port;
    const own = await listeners.list(tx, context, [loadBalancerName]);
    if (own.some((other) => other.id !== id && other.port === port))
      throw duplicateListener(listener.loadBalancerArn);
    const actions = input.DefaultActions
      ? keepSecrets(readActions(input.DefaultActions), listener.actions)
      : listener.actions;
    await checkForwards(tx, context, loadBalancerName, actions);
    const { protocol, tls } = await readProtocol(tx, context, input, listener);
    const { bound, tls: _before, ...rest } = listener;
    const changed = {
      ...rest,
      port,
      protocol,
      ...(tls && { tls }),
      actions,
      ...(port === listener.port && bound && { bound }),
    };
    listeners.put(tx, context, [loadBalancerName, id], changed);
    return changed;
  });
  return { Listeners: [listenerShape(record)] };
};
