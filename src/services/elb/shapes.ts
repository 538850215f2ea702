/** Records as AWS returns them. */
import type {
  InstanceState,
  ListenerDescription,
  LoadBalancerDescription,
  Policies,
  PolicyDescription,
} from "@aws-sdk/client-elastic-load-balancing";
import { dateOf } from "#runtime/date.ts";
import { hostedZoneOf } from "#services/kit/load-balancing/hosted-zones.ts";
import { healthCheckShape } from "./health-check-input.ts";
import { appCookieType, balancerCookieType } from "./policy-types.ts";
import type {
  InstanceRecord,
  ListenerRecord,
  LoadBalancerRecord,
  PolicyRecord,
} from "./records.ts";

export function loadBalancerShape(
  record: LoadBalancerRecord,
  instances: readonly InstanceRecord[],
  facts: { region: string; account: string; groupName: string | undefined },
): LoadBalancerDescription {
  const { region, account, groupName } = facts;
  return {
    LoadBalancerName: record.name,
    DNSName: record.dnsName,
    // Internal load balancers have none: https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_LoadBalancerDescription.html
    ...(record.scheme === "internet-facing" && { CanonicalHostedZoneName: record.dnsName }),
    CanonicalHostedZoneNameID: hostedZoneOf(region),
    ListenerDescriptions: record.listeners.map(listenerShape),
    Policies: policiesShape(record.policies),
    BackendServerDescriptions: record.backends.map(({ port, policies }) => ({
      InstancePort: port,
      PolicyNames: policies,
    })),
    AvailabilityZones: record.subnets.map(({ zone }) => zone),
    Subnets: record.subnets.map(({ id }) => id),
    VPCId: record.vpcId,
    Instances: instances
      .filter(({ drainingUntilMs }) => drainingUntilMs === undefined)
      .map(({ id }) => ({ InstanceId: id })),
    HealthCheck: healthCheckShape(record.healthCheck),
    SourceSecurityGroup: { OwnerAlias: account, GroupName: groupName },
    SecurityGroups: record.securityGroups,
    CreatedTime: dateOf(record.createdMs),
    Scheme: record.scheme,
  };
}

function listenerShape(record: ListenerRecord): ListenerDescription {
  return {
    Listener: {
      Protocol: record.protocol,
      LoadBalancerPort: record.port,
      InstanceProtocol: record.instanceProtocol,
      InstancePort: record.instancePort,
      ...(record.certificate !== undefined && { SSLCertificateId: record.certificate }),
    },
    PolicyNames: record.policies,
  };
}

function policiesShape(policies: readonly PolicyRecord[]): Policies {
  const of = (type: string) => policies.filter((policy) => policy.type === type);
  return {
    AppCookieStickinessPolicies: of(appCookieType).map((policy) => ({
      PolicyName: policy.name,
      CookieName: policyAttribute(policy, "CookieName"),
    })),
    LBCookieStickinessPolicies: of(balancerCookieType).map((policy) => {
      const period = policyAttribute(policy, "CookieExpirationPeriod");
      return {
        PolicyName: policy.name,
        ...(period !== undefined && { CookieExpirationPeriod: Number(period) }),
      };
    }),
    OtherPolicies: policies
      .filter(({ type }) => type !== appCookieType && type !== balancerCookieType)
      .map(({ name }) => name),
  };
}

export function policyAttribute(policy: PolicyRecord, name: string): string | undefined {
  return policy.attributes.find((attribute) => attribute.name === name)?.value;
}

export function policyShape({ name, type, attributes }: PolicyRecord): PolicyDescription {
  return {
    PolicyName: name,
    PolicyTypeName: type,
    PolicyAttributeDescriptions: attributes.map((attribute) => ({
      AttributeName: attribute.name,
      AttributeValue: attribute.value,
    })),
  };
}

export function instanceStateShape(
  id: string,
  { state, reason, description }: InstanceRecord["health"],
): InstanceState {
  return { InstanceId: id, State: state, ReasonCode: reason, Description: description };
}
