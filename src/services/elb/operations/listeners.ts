import type { Operation } from "#services/kit/service.ts";
import { checkCertificates } from "../certificates.ts";
import { unsupportedProtocol, validationError } from "../errors.ts";
import { changeLoadBalancer, findListener, findLoadBalancer } from "../find.ts";
import { isSecure, readListener, withDefaultPolicy, withListeners } from "../listener-input.ts";
import { defaultPolicy } from "../security-policies.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateLoadBalancerListeners.html */
export const createLoadBalancerListeners: Operation<
  "elb",
  "CreateLoadBalancerListeners",
  State
> = async ({ LoadBalancerName, Listeners }, context) => {
  await context.store.transaction((tx) => findLoadBalancer(tx, context, LoadBalancerName));
  if (!Listeners?.length) throw validationError("Listeners cannot be empty");
  const added = Listeners.map(readListener);
  await checkCertificates(context, context, added);
  await context.store.transaction((tx) =>
    changeLoadBalancer(tx, context, LoadBalancerName, (balancer) => {
      const listeners = withListeners(balancer, added);
      const policies = withDefaultPolicy(balancer.policies, listeners, defaultPolicy());
      return { ...balancer, listeners, policies };
    }),
  );
  return {};
};

/** Ports without a listener are nothing to complain about. */
export const deleteLoadBalancerListeners: Operation<
  "elb",
  "DeleteLoadBalancerListeners",
  State
> = async ({ LoadBalancerName, LoadBalancerPorts }, context) => {
  await context.store.transaction((tx) =>
    changeLoadBalancer(tx, context, LoadBalancerName, (balancer) => ({
      ...balancer,
      listeners: balancer.listeners.filter(({ port }) => !LoadBalancerPorts!.includes(port)),
    })),
  );
  return {};
};

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_SetLoadBalancerListenerSSLCertificate.html */
export const setLoadBalancerListenerSslCertificate: Operation<
  "elb",
  "SetLoadBalancerListenerSSLCertificate",
  State
> = async ({ LoadBalancerName, LoadBalancerPort, SSLCertificateId }, context) => {
  const { protocol } = await context.store.transaction(async (tx) =>
    findListener(await findLoadBalancer(tx, context, LoadBalancerName), LoadBalancerPort!),
  );
  if (!isSecure(protocol)) throw unsupportedProtocol(protocol);
  const certificate = SSLCertificateId!;
  await checkCertificates(context, context, [{ certificate }]);
  await context.store.transaction((tx) =>
    changeLoadBalancer(tx, context, LoadBalancerName, (balancer) => {
      const changed = findListener(balancer, LoadBalancerPort!);
      return {
        ...balancer,
        listeners: balancer.listeners.map((listener) =>
          listener === changed ? { ...listener, certificate } : listener,
        ),
      };
    }),
  );
  return {};
};
