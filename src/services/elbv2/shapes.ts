/** Records as AWS returns them. */
import type {
  Listener,
  LoadBalancer,
  Rule,
  TargetGroup,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { dateOf } from "#runtime/date.ts";
import { parseArn } from "#services/kit/arn.ts";
import { hostedZoneOf, networkHostedZoneOf } from "#services/kit/load-balancing/hosted-zones.ts";
import { shownActions } from "./actions.ts";
import { isNetwork, isNetworkProtocol } from "./kinds.ts";
import { addressesOf } from "./network-load-balancers/nodes.ts";
import type {
  ListenerRecord,
  LoadBalancerRecord,
  RuleRecord,
  TargetGroupRecord,
} from "./records.ts";

export function loadBalancerShape(record: LoadBalancerRecord): LoadBalancer {
  const { region } = parseArn(record.arn)!;
  const network = isNetwork(record);
  return {
    LoadBalancerArn: record.arn,
    DNSName: record.dnsName,
    CanonicalHostedZoneId: network ? networkHostedZoneOf(region) : hostedZoneOf(region),
    CreatedTime: dateOf(record.createdMs),
    LoadBalancerName: record.name,
    Scheme: record.scheme,
    VpcId: record.vpcId,
    State: {
      Code: record.state,
      ...(record.stateReason !== undefined && { Reason: record.stateReason }),
    },
    Type: network ? "network" : "application",
    AvailabilityZones: zonesShape(record),
    // A network load balancer may have none.
    ...((!network || record.securityGroups.length > 0) && {
      SecurityGroups: record.securityGroups,
    }),
    IpAddressType: record.ipAddressType,
    ...(network && {
      EnablePrefixForIpv6SourceNat: sourceNatShape(record),
      ...(record.securityGroups.length > 0 && {
        EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: record.enforcesOnPrivateLink ?? "on",
      }),
    }),
  };
}

export function zonesShape(record: LoadBalancerRecord) {
  return record.zones.map((zone) => ({
    ZoneName: zone.zoneName,
    SubnetId: zone.subnetId,
    LoadBalancerAddresses: addressesOf(zone),
    ...(record.sourceNat &&
      zone.node?.sourceNatPrefix !== undefined && {
        SourceNatIpv6Prefixes: [zone.node.sourceNatPrefix],
      }),
  }));
}

export const sourceNatShape = ({ sourceNat }: LoadBalancerRecord) =>
  sourceNat ? ("on" as const) : ("off" as const);

export function listenerShape(record: ListenerRecord): Listener {
  return {
    ListenerArn: record.arn,
    LoadBalancerArn: record.loadBalancerArn,
    Port: record.port,
    Protocol: record.protocol,
    ...(record.tls && tlsShape(record)),
    ...(record.alpnPolicy && { AlpnPolicy: [record.alpnPolicy] }),
    DefaultActions: shownActions(record.actions),
  };
}

function tlsShape({ protocol, tls }: ListenerRecord): Partial<Listener> {
  const { sslPolicy, certificates, mutual } = tls!;
  const common = { SslPolicy: sslPolicy, Certificates: [{ CertificateArn: certificates[0] }] };
  if (protocol === "TLS") return common;
  return {
    ...common,
    MutualAuthentication: mutual
      ? {
          Mode: mutual.mode,
          ...(mutual.mode === "verify" && {
            TrustStoreArn: mutual.trustStoreArn,
            IgnoreClientCertificateExpiry: mutual.ignoreExpiry,
            TrustStoreAssociationStatus: "active",
            AdvertiseTrustStoreCaNames: mutual.advertiseNames,
          }),
        }
      : { Mode: "off" },
  };
}

export function ruleShape(record: RuleRecord): Rule {
  return {
    RuleArn: record.arn,
    Priority: String(record.priority),
    Conditions: record.conditions,
    Actions: shownActions(record.actions),
    Transforms: record.transforms ?? [],
    IsDefault: false,
  };
}

export function defaultRuleShape(listener: ListenerRecord): Rule {
  return {
    RuleArn: listener.defaultRuleArn,
    Priority: "default",
    Conditions: [],
    Actions: shownActions(listener.actions),
    IsDefault: true,
  };
}

export function targetGroupShape(
  record: TargetGroupRecord,
  loadBalancerArns: string[],
): TargetGroup {
  const { healthCheck } = record;
  return {
    TargetGroupArn: record.arn,
    TargetGroupName: record.name,
    ...(record.targetType !== "lambda" && {
      Protocol: record.protocol,
      Port: record.port,
      VpcId: record.vpcId,
      HealthCheckProtocol: healthCheck.protocol,
      HealthCheckPort: healthCheck.port,
    }),
    HealthCheckEnabled: healthCheck.isDisabled !== true,
    HealthCheckIntervalSeconds: healthCheck.intervalSeconds,
    HealthCheckTimeoutSeconds: healthCheck.timeoutSeconds,
    HealthyThresholdCount: healthCheck.healthyThreshold,
    UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
    ...(healthCheck.protocol !== "TCP" && {
      HealthCheckPath: healthCheck.path,
      Matcher:
        record.version === "GRPC"
          ? { GrpcCode: healthCheck.matcher }
          : { HttpCode: healthCheck.matcher },
    }),
    LoadBalancerArns: loadBalancerArns,
    TargetType: record.targetType,
    ...(!isNetworkProtocol(record.protocol) &&
      record.targetType !== "lambda" && { ProtocolVersion: record.version ?? "HTTP1" }),
    IpAddressType: record.ipAddressType,
  };
}
