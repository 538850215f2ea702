import type { Operation } from "#services/kit/service.ts";
import { keepSecrets, readActions } from "../actions.ts";
import { checkForwards } from "../associate.ts";
import { duplicateListener } from "../errors.ts";
import { findListener } from "../find.ts";
import {
  checkCertificates,
  checkVerifyingListeners,
  readCertificate,
  readProtocol,
} from "../listener-input.ts";
import { isNetworkProtocol } from "../kinds.ts";
import { checkUnused } from "../network-load-balancers/balancer-target.ts";
import {
  checkNetworkActions,
  readNetworkProtocol,
  type ReadProtocol,
} from "../network-load-balancers/listener-input.ts";
import { listeners, rules } from "../records.ts";
import { listenerShape } from "../shapes.ts";
import type { State } from "../state.ts";

export const modifyListener: Operation<"elbv2", "ModifyListener", State> = async (
  input,
  context,
) => {
  await context.store.transaction((tx) => findListener(tx, context, input.ListenerArn));
  const certificate = readCertificate(input);
  if (certificate !== undefined && (input.Protocol ?? "TLS").endsWith("S"))
    await checkCertificates(context, context, [certificate]);
  const record = await context.store.transaction(async (tx) => {
    const listener = await findListener(tx, context, input.ListenerArn);
    const { loadBalancerName, id } = listener;
    const port = input.Port ?? listener.port;
    const own = await listeners.list(tx, context, [loadBalancerName]);
    const actions = input.DefaultActions
      ? keepSecrets(readActions(input.DefaultActions), listener.actions)
      : listener.actions;
    const network = isNetworkProtocol(listener.protocol);
    const { protocol, tls, alpnPolicy }: ReadProtocol = network
      ? readNetworkProtocol(input, listener)
      : await readProtocol(tx, context, input, listener);
    if (network) checkNetworkActions(actions);
    const others = own.filter((other) => other.id !== id);
    if (others.some((other) => other.port === port))
      throw duplicateListener(listener.loadBalancerArn);
    checkVerifyingListeners({ ...listener, tls }, others);
    if (port !== listener.port) await checkUnused(tx, context, listener);
    await checkForwards(tx, context, loadBalancerName, protocol, actions);
    if (protocol !== listener.protocol)
      for (const rule of await rules.list(tx, context, [loadBalancerName, id]))
        await checkForwards(tx, context, loadBalancerName, protocol, rule.actions);
    const { bound, boundByZone, tls: _tls, alpnPolicy: _alpn, ...rest } = listener;
    const changed = {
      ...rest,
      port,
      protocol,
      ...(tls && { tls }),
      ...(alpnPolicy && { alpnPolicy }),
      actions,
      ...(port === listener.port && bound && { bound }),
      ...(port === listener.port && boundByZone && { boundByZone }),
    };
    listeners.put(tx, context, [loadBalancerName, id], changed);
    return changed;
  });
  return { Listeners: [listenerShape(record)] };
};
