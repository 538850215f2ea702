import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "CreateLoadBalancer",
    differs: "Only application load balancers on IPv4 are offered; other types are refused.",
  },
  {
    operation: "CreateListener",
    differs:
      "Authentication by Cognito and JWT actions are refused; sessions of authenticate-oidc are not refreshed, and a provider on this machine may do without TLS. Certificates are those of ACM; server certificates of IAM are refused. Post-quantum policies negotiate what the TLS library of the machine does.",
  },
  {
    operation: "CreateRule",
    differs: "Regular expressions are JavaScript's.",
  },
  {
    operation: "CreateTargetGroup",
    differs:
      "Targets are instances and IPv4 addresses; Lambda functions and load balancers are refused. Loopback addresses are accepted, so that programs on this machine can be targets.",
  },
  {
    operation: "ModifyLoadBalancerAttributes",
    differs:
      "Connection and health check logs and zonal shift are refused; access logs of the last five minutes are lost when Fogbank ends. Desync mitigation and the WAF attribute are stored without effect: ambiguous requests are always refused.",
  },
  {
    operation: "ModifyTargetGroupAttributes",
    differs:
      "Anomaly mitigation is refused; the dns_failover attributes are stored without effect.",
  },
  {
    operation: "*",
    differs:
      "A load balancer answers on the gateway's port under its DNS name NAME-DIGITS.REGION.elb.localhost, where requests show the gateway's address as their source; on a loopback address of its own where it may bind the listener's port, else on a free port of 127.0.0.1. HTTPS listeners answer there and not on the gateway's port. Security groups are not enforced.",
  },
];
