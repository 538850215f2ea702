import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "CreateLoadBalancer",
    differs:
      "Gateway load balancers are refused. Dualstack load balancers have the one address ::1 for all their nodes, on the listener's port where it is free, else on another, and then DNS does not tell it; a machine without ::1 has none. The addresses of its network interfaces, Elastic IP and IPv6 ones among them, and its prefixes for source NAT are facts that EC2 shows: a load balancer is reached on this machine's loopback addresses, which DNS tells. (Process machines that are guarded reach it at its interfaces' private addresses, too, and are told those of internal ones.) It has one interface per subnet whatever its traffic, and keeps it for five seconds after its deletion. Pools of addresses are refused.",
  },
  {
    operation: "CreateListener",
    differs:
      "QUIC is refused. Authentication by Cognito is refused, and a provider on this machine may do without TLS. Of a token's claims of several values all that are configured must be there (AWS does not say); a key set that cannot be had, but for a timeout, is logged as JWKSRequestFailed. Of certificates with ECDSA and with RSA keys for the same name all clients are shown the ECDSA one. Post-quantum and FIPS policies negotiate what the TLS library of the machine does, and those of RFC 9151 are not known.",
  },
  {
    operation: "CreateTrustStore",
    differs: "Trust stores are not shared with other accounts: there is no AWS RAM.",
  },
  {
    operation: "CreateRule",
    differs:
      "AWS does not say which dialect its regular expressions have: here it is RE2's, without what AWS names as unsupported, and one that compiles to more than 1,000 steps is refused.",
  },
  {
    operation: "CreateTargetGroup",
    differs:
      "Targets are instances, IP addresses and, of network load balancers, application load balancers, and functions of application ones. Instances have no IPv6 addresses, so that a group of these has none, and of a VPC's IPv6 addresses none leads anywhere. Loopback addresses are accepted, so that programs on this machine can be targets. TargetControlPort is refused.",
  },
  {
    operation: "ModifyLoadBalancerAttributes",
    differs:
      "A zonal shift lasts while a zone has no power (`fogbank fail az`), as AWS's autoshift; there is no API to start one. Zonal affinity in DNS is for machines that ask their VPC's resolver. The WAF attribute and the number of secondary addresses are stored without effect. Requests that AWS's desync mitigation classes as severe are refused in every mode, most ambiguous ones too, and HTTP versions beside 1.0, 1.1 and 2. Connection logs do not tell the key exchange. At another speed than 1 the times in logs are the wall's. A stickiness cookie of a target group that cannot be read counts as none, and tokens that are verified have no metrics. Lines of logs reach S3 after a kill -9 as well, but for those of the last five seconds.",
  },
  {
    operation: "ModifyTargetGroupAttributes",
    differs:
      "An application load balancer has one address and not one per zone: dns_failover decides what records that are aliases for it think of it, and what metrics say, but no zone leaves its name. A client's address is preserved only where client and target have loopback addresses, as process machines have, and not towards a target whose security groups let the load balancer in by its group; elsewhere targets see the balancer's, and with Docker's machines asking for preserve_client_ip.enabled is refused. Proxy protocol is refused for groups that take datagrams.",
  },
  {
    operation: "ModifyListenerAttributes",
    differs:
      "Connections through a network load balancer end at it and begin anew: an idle one is reset at its timeout rather than at the next byte, keep-alive packets do not count, and a target that refuses a connection is passed over for another. Bytes are counted without headers, and packets of connections not at all: ProcessedPackets and PeakPacketsPerSecond are reported of load balancers that take datagrams only.",
  },
  {
    operation: "*",
    differs:
      "Metrics of what is not offered are missing: IP pools (BYoIPUtilPercentage), lists of reputation (LowReputationPacketsDropped, LowReputationRequestsDenied, ExcessiveLowReputationPackets), target optimizer (TargetControl*), and QUIC. Of flows that security groups block those of ICMP are not seen. CapacityUtilization is how busy the thread is that serves all load balancers.",
  },
  {
    operation: "*",
    differs:
      "A load balancer answers on the gateway's port under its DNS name NAME-DIGITS.REGION.elb.localhost, where requests but those of process machines show the gateway's address as their source; on a loopback address of its own (a network load balancer on one per zone, also under ZONE.NAME-ID.REGION.elb.localhost) where it may bind the listener's port, else on a free port of 127.0.0.1. HTTPS listeners answer there and not on the gateway's port. A client that no inbound rule of its security groups lets in connects all the same, gets no answer and is reset after 127 seconds; to rules this machine is 127.0.0.1 and, where they let in the VPC's default group, a member of that, while instances with an address of their own are what EC2 calls them. A target that no outbound rule allows fails at once, with 504. Traffic of endpoint services is judged as any other, whatever EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic says.",
  },
];
