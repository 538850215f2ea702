import type { Operation } from "#services/kit/service.ts";
import { keepSecrets, readActions } from "../actions.ts";
import { listenerArn, newId, ruleArn } from "../arns.ts";
import { checkForwards } from "../associate.ts";
import { duplicateListener, tooManyListeners } from "../errors.ts";
import { findLoadBalancer } from "../find.ts";
import { isNetwork } from "../kinds.ts";
import { limits } from "../limits.ts";
import {
  checkCertificates,
  checkVerifyingListeners,
  readCertificate,
  readPort,
  readProtocol,
} from "../listener-input.ts";
import {
  checkNetworkActions,
  readNetworkProtocol,
  type ReadProtocol,
} from "../network-load-balancers/listener-input.ts";
import { listeners, type ListenerRecord } from "../records.ts";
import { listenerShape } from "../shapes.ts";
import type { State } from "../state.ts";
import { readTags } from "../tagging.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html */
export const createListener: Operation<"elbv2", "CreateListener", State> = async (
  input,
  context,
) => {
  const actions = keepSecrets(readActions(input.DefaultActions), []);
  const tags = readTags(input.Tags, context.principal);
  const { type } = await context.store.transaction((tx) =>
    findLoadBalancer(tx, context, input.LoadBalancerArn),
  );
  const certificate = readCertificate(input);
  const secure = type === "network" ? "TLS" : "HTTPS";
  if (certificate !== undefined && input.Protocol === secure)
    await checkCertificates(context, context, [certificate]);
  const record = await context.store.transaction(async (tx) => {
    const balancer = await findLoadBalancer(tx, context, input.LoadBalancerArn);
    const port = readPort(input);
    const { protocol, tls, alpnPolicy }: ReadProtocol = isNetwork(balancer)
      ? readNetworkProtocol(input)
      : await readProtocol(tx, context, input);
    if (isNetwork(balancer)) checkNetworkActions(actions);
    const own = await listeners.list(tx, context, [balancer.name]);
    const present = own.find((listener) => listener.port === port);
    if (present) {
      // The same call again changes nothing (the operation is idempotent).
      const same = [present.protocol, present.tls, present.alpnPolicy, present.actions];
      if (JSON.stringify(same) === JSON.stringify([protocol, tls, alpnPolicy, actions]))
        return present;
      throw duplicateListener(balancer.arn);
    }
    if (own.length >= limits.listenersPerLoadBalancer) throw tooManyListeners(balancer.arn);
    checkVerifyingListeners({ tls, loadBalancerArn: balancer.arn }, own);
    await checkForwards(tx, context, balancer.name, protocol, actions);
    const id = newId(context.random);
    const arn = listenerArn(balancer.arn, id);
    const listener: ListenerRecord = {
      arn,
      id,
      loadBalancerName: balancer.name,
      loadBalancerArn: balancer.arn,
      port,
      protocol,
      ...(tls && { tls }),
      ...(alpnPolicy && { alpnPolicy }),
      actions,
      defaultRuleArn: ruleArn(arn, newId(context.random)),
      createdMs: context.clock.now(),
      attributes: {},
      tags,
      ruleTags: {},
    };
    listeners.put(tx, context, [balancer.name, id], listener);
    return listener;
  });
  return { Listeners: [listenerShape(record)] };
};
