import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "*",
    differs:
      "One DNS server answers for all name servers of all zones, at --dns-port over UDP and TCP; what it does not know is REFUSED. For a VPC's machines it asks this host's own name servers, and follows CNAMEs that lead there for addresses only. Whoever asks from this host sees public zones first and, where none fits, private ones of every VPC.",
  },
  {
    operation: "*",
    differs:
      "Where a client is comes from a table that you give (POST /_fogbank/dns), matched with EDNS client subnet or the asker's address; a client that it does not know is in the cloud's own region. Latency is distance.",
  },
  {
    operation: "*",
    differs: "Domain registration, Resolver endpoints and profiles are services of their own.",
  },
  {
    operation: "*",
    differs:
      "The VPC's resolver answers process machines with a root of their own at the machine's own address, and containers at this host's address on their bridge, where Fogbank may bind port 53 there; both are first in /etc/resolv.conf, the host's resolvers behind them. The VPC's .2 address and 169.254.169.253 lead there where Fogbank is root on Linux. Other machines use the host's resolver.",
  },
  {
    operation: "*",
    differs:
      "Names of instances resolve to the address at which this machine reaches them, for process machines a loopback address of their own.",
  },
  {
    operation: "CreateHealthCheck",
    differs:
      "Health checks of type RECOVERY_CONTROL are refused. Private and loopback addresses are accepted, so that programs on this machine can be checked. One that follows an alarm looks at the alarm's state every ten seconds, AWS at the data of its metric: here SetAlarmState counts, too.",
  },
  {
    operation: "CreateQueryLoggingConfig",
    differs:
      "Queries reach their log group within a second, in one stream for each zone: there is one edge location. No resource policy of CloudWatch Logs has to allow it.",
  },
  {
    operation: "TestDNSAnswer",
    differs: "Answers for private hosted zones, too; AWS has it for public ones only.",
  },
  {
    operation: "GetCheckerIpRanges",
    differs: "One checker runs, on this machine: the list is its loopback range.",
  },
  {
    operation: "GetChange",
    differs: "Changes are INSYNC after five seconds of the cloud's time; AWS says within sixty.",
  },
  {
    operation: "UpdateHostedZoneFeatures",
    differs: "Accelerated recovery is not offered.",
  },
];
