import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "CreateLoadBalancer",
    differs:
      "The name is NAME-DIGITS.REGION.elb.localhost and leads to this machine's loopback addresses, not to those of its network interfaces, of which it has one per subnet: its deletion detaches them, and five seconds later they are gone. Instances' security groups let the load balancer's in where machines are guarded (`fogbank doctor` tells). A client that no inbound rule of its own groups lets in connects all the same, gets no answer and is reset after 127 seconds; to rules this machine is 127.0.0.1 and, where they let in the VPC's default group, a member of that.",
  },
  {
    operation: "CreateLoadBalancerPolicy",
    differs:
      "SSL 2 and 3 and ciphers that the TLS library of this machine does not have (RC4, DES, export ciphers) are recorded but not negotiated; a policy that has no others is refused.",
  },
  {
    operation: "ModifyLoadBalancerAttributes",
    differs:
      "Requests that AWS's desync mitigation classes as severe are refused in every mode, and most ambiguous ones too. Of access logs the last five seconds are lost when Fogbank is killed.",
  },
  {
    operation: "*",
    differs:
      "A load balancer answers on the gateway's port under its DNS name, where requests but those of process machines show the gateway's address as their source; on a loopback address of its own where it may bind the listener's port, else on a free port of 127.0.0.1. HTTPS and SSL listeners answer there and not on the gateway's port. Its nodes share one address. IPv6 is not offered.",
  },
];
