/** Records as AWS returns them. */
import type {
  Listener,
  LoadBalancer,
  Rule,
  TargetGroup,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { dateOf } from "#runtime/date.ts";
import { parseArn } from "#services/kit/arn.ts";
import { hostedZoneOf } from "#services/kit/load-balancing/hosted-zones.ts";
import { shownActions } from "./actions.ts";
import type {
  ListenerRecord,
  ListenerTlsRecord,
  LoadBalancerRecord,
  RuleRecord,
  TargetGroupRecord,
} from "./records.ts";

export function loadBalancerShape(record: LoadBalancerRecord): LoadBalancer {
  return {
    LoadBalancerArn: record.arn,
    DNSName: record.dnsName,
    CanonicalHostedZoneId: hostedZoneOf(parseArn(record.arn)!.region),
    CreatedTime: dateOf(record.createdMs),
    LoadBalancerName: record.name,
    Scheme: record.scheme,
    VpcId: record.vpcId,
    State: { Code: record.state },
    Type: "application",
    AvailabilityZones: zonesShape(record),
    SecurityGroups: record.securityGroups,
    IpAddressType: record.ipAddressType,
  };
}

export function zonesShape(record: LoadBalancerRecord) {
  return record.zones.map(({ zoneName, subnetId }) => ({
    ZoneName: zoneName,
    SubnetId: subnetId,
    LoadBalancerAddresses: [],
  }));
}

export function listenerShape(record: ListenerRecord): Listener {
  return {
    ListenerArn: record.arn,
    LoadBalancerArn: record.loadBalancerArn,
    Port: record.port,
    Protocol: record.protocol,
    ...(record.tls && tlsShape(record.tls)),
    DefaultActions: shownActions(record.actions),
  };
}

function tlsShape({ sslPolicy, certificates, mutual }: ListenerTlsRecord): Partial<Listener> {
  return {
    SslPolicy: sslPolicy,
    Certificates: [{ CertificateArn: certificates[0] }],
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
    Protocol: record.protocol,
    Port: record.port,
    VpcId: record.vpcId,
    HealthCheckProtocol: healthCheck.protocol,
    HealthCheckPort: healthCheck.port,
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: healthCheck.intervalSeconds,
    HealthCheckTimeoutSeconds: healthCheck.timeoutSeconds,
    HealthyThresholdCount: healthCheck.healthyThreshold,
    UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
    HealthCheckPath: healthCheck.path,
    Matcher:
      record.version === "GRPC"
        ? { GrpcCode: healthCheck.matcher }
        : { HttpCode: healthCheck.matcher },
    LoadBalancerArns: loadBalancerArns,
    TargetType: record.targetType,
    ProtocolVersion: record.version ?? "HTTP1",
    IpAddressType: record.ipAddressType,
  };
}
