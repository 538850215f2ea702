/** Listeners as requests describe them. https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-listener-config.html */
import type { Listener } from "@aws-sdk/client-elastic-load-balancing";
import {
  duplicateListener,
  invalidConfiguration,
  unsupportedProtocol,
  validationError,
} from "./errors.ts";
import { limits } from "./limits.ts";
import type { ListenerRecord, LoadBalancerRecord, Protocol } from "./records.ts";
import { defaultSecurityPolicy } from "./security-policies.ts";

const protocols: readonly string[] = ["HTTP", "HTTPS", "TCP", "SSL"] satisfies Protocol[];

export const isSecure = (protocol: Protocol) => protocol === "HTTPS" || protocol === "SSL";
/** Of layer 7; TCP and SSL are of layer 4. */
export const isHttp = (protocol: Protocol) => protocol === "HTTP" || protocol === "HTTPS";

function readProtocol(given: string | undefined): Protocol {
  const protocol = (given ?? "").toUpperCase();
  if (!protocols.includes(protocol)) throw unsupportedProtocol(given ?? "");
  return protocol as Protocol;
}

function checkPort(what: string, port: number | undefined): number {
  if (port === undefined || port < 1 || port > 65_535)
    throw validationError(`${what} ${port} must be between 1 and 65535`);
  return port;
}

export function readListener(given: Listener): ListenerRecord {
  const protocol = readProtocol(given.Protocol);
  const instanceProtocol =
    given.InstanceProtocol === undefined
      ? protocolBehind(protocol)
      : readProtocol(given.InstanceProtocol);
  if (isHttp(protocol) !== isHttp(instanceProtocol))
    throw invalidConfiguration(
      `Protocol ${protocol} and InstanceProtocol ${instanceProtocol} must be of the same layer`,
    );
  const certificate = given.SSLCertificateId;
  if (isSecure(protocol) && !certificate)
    throw validationError("Secure Listeners need to specify a SSLCertificateId");
  return {
    port: checkPort("LoadBalancerPort", given.LoadBalancerPort),
    protocol,
    instanceProtocol,
    instancePort: checkPort("InstancePort", given.InstancePort),
    ...(certificate && { certificate }),
    policies: isSecure(protocol) ? [defaultSecurityPolicy] : [],
  };
}

/** What is spoken to instances when the request does not say: the listener's own layer, unencrypted. */
function protocolBehind(protocol: Protocol): Protocol {
  return isHttp(protocol) ? "HTTP" : "TCP";
}

/**
 * The listeners with more of them: one that is there already must be the same.
 * https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateLoadBalancerListeners.html
 */
export function withListeners(
  { name, listeners }: Pick<LoadBalancerRecord, "name" | "listeners">,
  added: readonly ListenerRecord[],
): ListenerRecord[] {
  const all = [...listeners];
  for (const listener of added) {
    const present = all.find(({ port }) => port === listener.port);
    if (!present) all.push(listener);
    else if (settings(present) !== settings(listener)) throw duplicateListener(name, listener.port);
  }
  if (all.length > limits.listenersPerLoadBalancer)
    throw invalidConfiguration(
      `A load balancer can have at most ${limits.listenersPerLoadBalancer} listeners`,
    );
  for (const { instancePort, instanceProtocol } of all)
    for (const other of all)
      if (
        other.instancePort === instancePort &&
        isSecure(other.instanceProtocol) !== isSecure(instanceProtocol)
      )
        throw invalidConfiguration(
          `Listeners with the InstancePort ${instancePort} must all have a secure InstanceProtocol or none of them`,
        );
  return all;
}

export function settings(listener: ListenerRecord): string {
  const { port, protocol, instanceProtocol, instancePort, certificate } = listener;
  return JSON.stringify([port, protocol, instanceProtocol, instancePort, certificate]);
}

/** The policies, with the predefined one that secure listeners get on their own. */
export function withDefaultPolicy(
  policies: LoadBalancerRecord["policies"],
  listeners: readonly ListenerRecord[],
  predefined: LoadBalancerRecord["policies"][number],
): LoadBalancerRecord["policies"] {
  const used = listeners.some((listener) => listener.policies.includes(predefined.name));
  const present = policies.some(({ name }) => name === predefined.name);
  return used && !present ? [...policies, predefined] : policies;
}
