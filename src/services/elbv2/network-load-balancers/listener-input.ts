/** Protocol, TLS and actions of a network load balancer's listener as requests give them. */
import type { Action, RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  alpnPolicyNotFound,
  invalidAction,
  policyNotSupported,
  sslPolicyNotFound,
  unsupported,
  validationError,
} from "../errors.ts";
import { isNetworkProtocol } from "../kinds.ts";
import { readCertificate, type ListenerInput } from "../listener-input.ts";
import type { AlpnPolicy, ListenerRecord } from "../records.ts";
import { sslPolicies } from "../ssl-policies.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html */
const defaultPolicy = "ELBSecurityPolicy-2016-08";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html#alpn-policies */
export const alpnProtocols: Record<AlpnPolicy, string[]> = {
  HTTP1Only: ["http/1.1", "http/1.0"],
  HTTP2Only: ["h2"],
  HTTP2Optional: ["http/1.1", "http/1.0", "h2"],
  HTTP2Preferred: ["h2", "http/1.1", "http/1.0"],
  None: [],
};

export type ReadProtocol = Pick<ListenerRecord, "protocol" | "tls" | "alpnPolicy">;

/** `present` is what the listener had. */
export function readNetworkProtocol(input: ListenerInput, present?: ReadProtocol): ReadProtocol {
  const protocol = input.Protocol ?? present?.protocol ?? "TCP";
  if (protocol === "QUIC" || protocol === "TCP_QUIC") throw unsupported("QUIC");
  if (!isNetworkProtocol(protocol))
    throw validationError(
      `Listener protocol '${protocol}' must be one of 'UDP, TCP, TLS, TCP_UDP'`,
    );
  if (input.MutualAuthentication !== undefined && input.MutualAuthentication.Mode !== "off")
    throw validationError("Mutual authentication can be specified for HTTPS listeners only");
  if (protocol !== "TLS") {
    if (input.Certificates?.length)
      throw validationError(`A certificate cannot be specified for ${protocol} listeners`);
    if (input.SslPolicy !== undefined) throw policyNotSupported(protocol);
    if (input.AlpnPolicy?.length)
      throw validationError("An ALPN policy can be specified for TLS listeners only");
    return { protocol };
  }
  const before = present?.protocol === "TLS" ? present : undefined;
  const certificate = readCertificate(input) ?? before?.tls?.certificates[0];
  if (certificate === undefined)
    throw validationError("A certificate must be specified for TLS listeners");
  const sslPolicy = input.SslPolicy ?? before?.tls?.sslPolicy ?? defaultPolicy;
  if (!sslPolicies.some(({ Name }) => Name === sslPolicy)) throw sslPolicyNotFound([sslPolicy]);
  const list = before?.tls?.certificates.slice(1) ?? [];
  const alpnPolicy = readAlpn(input.AlpnPolicy) ?? before?.alpnPolicy;
  return {
    protocol,
    tls: { sslPolicy, certificates: [certificate, ...list] },
    ...(alpnPolicy && { alpnPolicy }),
  };
}

function readAlpn(given: readonly string[] | undefined): AlpnPolicy | undefined {
  if (!given?.length) return undefined;
  const [name = "", ...others] = given;
  if (others.length > 0) throw validationError("Only one ALPN policy can be specified");
  if (!Object.hasOwn(alpnProtocols, name)) throw alpnPolicyNotFound(name);
  return name as AlpnPolicy;
}

/** Connections have no requests: nothing can be done with them but to forward them. */
export function checkNetworkActions(actions: readonly Action[]): void {
  for (const { Type, ForwardConfig } of actions) {
    if (Type !== "forward")
      throw invalidAction(`The action type '${Type}' is not valid with network load balancer`);
    if (ForwardConfig?.TargetGroupStickinessConfig?.Enabled)
      throw invalidAction(
        "Target group stickiness is not supported by listeners of network load balancers",
      );
  }
}

/**
 * What a rule asks of clients: which kind of address they have, and nothing else.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/create-rule.html
 */
export function readNetworkConditions(
  given: readonly RuleCondition[] | undefined,
): RuleCondition[] {
  const [condition, ...others] = given ?? [];
  if (!condition) throw validationError("A condition must be specified");
  const { Field = "source-ip", SourceIpConfig } = condition;
  if (others.length > 0 || Field !== "source-ip")
    throw validationError(
      "A rule of a network load balancer's listener has one condition, of the field 'source-ip'",
    );
  const { IpAddressType, Values } = SourceIpConfig ?? {};
  if (IpAddressType === undefined || Values?.length)
    throw validationError(
      "The 'source-ip' condition of a network load balancer's listener must specify an IP address type and no values",
    );
  return [{ Field, SourceIpConfig: { IpAddressType } }];
}
