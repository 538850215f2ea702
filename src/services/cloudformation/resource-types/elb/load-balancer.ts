import { AwsError } from "#model/error.ts";
import { defaultSecurityGroup } from "../default-security-group.ts";
import { pick, tagChanges, tagList } from "../properties.ts";
import {
  defineResourceType,
  type ExistingRequest,
  type Properties,
  type ResourceRequest,
  type UpdateRequest,
} from "../resource-type.ts";
import { makePolicies, placePolicies, policiesOf, removePolicies } from "./policies.ts";

const attributeProperties = [
  "AccessLoggingPolicy",
  "ConnectionDrainingPolicy",
  "ConnectionSettings",
  "CrossZone",
];
const policyProperties = ["AppCookieStickinessPolicy", "LBCookieStickinessPolicy", "Policies"];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-elasticloadbalancing-loadbalancer.html */
export const resourceType = defineResourceType({
  type: "AWS::ElasticLoadBalancing::LoadBalancer",
  name: { property: "LoadBalancerName", maxLength: 32 },
  /** These can change, but neither come nor go. */
  replaces: (changed, _policy, properties, previous) =>
    ["AvailabilityZones", "HealthCheck", "Subnets"].some(
      (name) => changed.includes(name) && isGiven(properties[name]) !== isGiven(previous[name]),
    ),
  async create({ clients, properties, name, tags }) {
    await clients.elb.CreateLoadBalancer({
      LoadBalancerName: name,
      Listeners: listenersOf(properties).map(listenerInput),
      ...pick(properties, "AvailabilityZones", "Subnets", "SecurityGroups", "Scheme"),
      Tags: tagList(tags),
    });
    return name;
  },
  find: async (request) => (await named(request))?.LoadBalancerName,
  async configure(request) {
    const { properties } = request;
    const policies = policiesOf(properties);
    await makePolicies(request, policies);
    await placePolicies(request, policies);
    if (properties["HealthCheck"]) await applyHealthCheck(request);
    await applyAttributes(
      request,
      attributeProperties.filter((name) => properties[name] !== undefined),
    );
    await register(request, properties["Instances"] ?? []);
  },
  async update(request) {
    const { changed, clients, properties, physicalId: LoadBalancerName } = request;
    if (changed.includes("Listeners")) await updateListeners(request);
    if (changed.some((name) => name === "Listeners" || policyProperties.includes(name)))
      await updatePolicies(request);
    if (changed.includes("AvailabilityZones"))
      await updateList(request, "AvailabilityZones", {
        add: (AvailabilityZones) =>
          clients.elb.EnableAvailabilityZonesForLoadBalancer({
            LoadBalancerName,
            AvailabilityZones,
          }),
        remove: (AvailabilityZones) =>
          clients.elb.DisableAvailabilityZonesForLoadBalancer({
            LoadBalancerName,
            AvailabilityZones,
          }),
      });
    if (changed.includes("Subnets"))
      await updateList(request, "Subnets", {
        add: (Subnets) => clients.elb.AttachLoadBalancerToSubnets({ LoadBalancerName, Subnets }),
        remove: (Subnets) =>
          clients.elb.DetachLoadBalancerFromSubnets({ LoadBalancerName, Subnets }),
      });
    if (changed.includes("SecurityGroups"))
      await clients.elb.ApplySecurityGroupsToLoadBalancer({
        LoadBalancerName,
        SecurityGroups: properties["SecurityGroups"] ?? (await groupsWithout(request)),
      });
    if (changed.includes("HealthCheck")) await applyHealthCheck(request);
    await applyAttributes(
      request,
      attributeProperties.filter((name) => changed.includes(name)),
    );
    if (changed.includes("Instances"))
      await updateList(request, "Instances", {
        add: (ids) => register(request, ids),
        remove: (ids) =>
          clients.elb.DeregisterInstancesFromLoadBalancer({
            LoadBalancerName,
            Instances: ids.map((InstanceId) => ({ InstanceId })),
          }),
      });
    await updateTags(request);
  },
  async delete({ clients, physicalId }) {
    await clients.elb.DeleteLoadBalancer({ LoadBalancerName: physicalId });
  },
  async attributes({ clients, physicalId }) {
    const { LoadBalancerDescriptions } = await clients.elb.DescribeLoadBalancers({
      LoadBalancerNames: [physicalId],
    });
    const balancer = LoadBalancerDescriptions?.[0];
    return {
      Id: physicalId,
      DNSName: balancer?.DNSName,
      CanonicalHostedZoneName: balancer?.CanonicalHostedZoneName,
      CanonicalHostedZoneNameID: balancer?.CanonicalHostedZoneNameID,
      "SourceSecurityGroup.GroupName": balancer?.SourceSecurityGroup?.GroupName,
      "SourceSecurityGroup.OwnerAlias": balancer?.SourceSecurityGroup?.OwnerAlias,
    };
  },
});

/** What a balancer has that names no groups. */
async function groupsWithout({ clients, physicalId }: ExistingRequest): Promise<string[]> {
  const { LoadBalancerDescriptions } = await clients.elb.DescribeLoadBalancers({
    LoadBalancerNames: [physicalId],
  });
  return defaultSecurityGroup(clients, LoadBalancerDescriptions![0]!.VPCId!);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}

async function named({ clients, name }: ResourceRequest) {
  try {
    const { LoadBalancerDescriptions } = await clients.elb.DescribeLoadBalancers({
      LoadBalancerNames: [name],
    });
    return LoadBalancerDescriptions?.[0];
  } catch (error) {
    if (error instanceof AwsError && /LoadBalancerNotFound/.test(error.code)) return undefined;
    throw error;
  }
}

const listenersOf = (properties: Properties) => (properties["Listeners"] ?? []) as Properties[];

function listenerInput(listener: Properties) {
  return {
    Protocol: String(listener["Protocol"]),
    LoadBalancerPort: Number(listener["LoadBalancerPort"]),
    InstancePort: Number(listener["InstancePort"]),
    ...pick(listener, "InstanceProtocol", "SSLCertificateId"),
  };
}

/** A listener cannot be changed but for its certificate: it goes and comes again. */
async function updateListeners(request: UpdateRequest): Promise<void> {
  const { clients, properties, previous, physicalId: LoadBalancerName } = request;
  const text = (listener: Properties) => JSON.stringify(listenerInput(listener));
  const before = listenersOf(previous);
  const next = listenersOf(properties);
  const kept = new Set(next.map(text));
  const gone = before.filter((listener) => !kept.has(text(listener)));
  const there = new Set(before.map(text));
  const fresh = next.filter((listener) => !there.has(text(listener)));
  if (gone.length > 0)
    await clients.elb.DeleteLoadBalancerListeners({
      LoadBalancerName,
      LoadBalancerPorts: gone.map(({ LoadBalancerPort }) => Number(LoadBalancerPort)),
    });
  if (fresh.length > 0)
    await clients.elb.CreateLoadBalancerListeners({
      LoadBalancerName,
      Listeners: fresh.map(listenerInput),
    });
}

async function updatePolicies(request: UpdateRequest): Promise<void> {
  const next = policiesOf(request.properties);
  const what = ({ name, type, attributes }: (typeof next)[number]) =>
    JSON.stringify([name, type, attributes]);
  const kept = new Set(next.map(what));
  const gone = policiesOf(request.previous).filter((policy) => !kept.has(what(policy)));
  await removePolicies(request, gone);
  await makePolicies(request, next);
  await placePolicies(request, next);
}

async function applyHealthCheck({ clients, properties, physicalId }: ExistingRequest) {
  const check: Properties = properties["HealthCheck"];
  await clients.elb.ConfigureHealthCheck({
    LoadBalancerName: physicalId,
    HealthCheck: {
      Target: String(check["Target"]),
      Interval: Number(check["Interval"]),
      Timeout: Number(check["Timeout"]),
      HealthyThreshold: Number(check["HealthyThreshold"]),
      UnhealthyThreshold: Number(check["UnhealthyThreshold"]),
    },
  });
}

/** A property that the template took away goes back to its default. */
async function applyAttributes(
  { clients, properties, physicalId }: ExistingRequest,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  await clients.elb.ModifyLoadBalancerAttributes({
    LoadBalancerName: physicalId,
    LoadBalancerAttributes: {
      ...(names.includes("AccessLoggingPolicy") && {
        AccessLog: properties["AccessLoggingPolicy"] ?? { Enabled: false },
      }),
      ...(names.includes("ConnectionDrainingPolicy") && {
        ConnectionDraining: properties["ConnectionDrainingPolicy"] ?? { Enabled: false },
      }),
      ...(names.includes("ConnectionSettings") && {
        ConnectionSettings: properties["ConnectionSettings"] ?? { IdleTimeout: 60 },
      }),
      ...(names.includes("CrossZone") && {
        CrossZoneLoadBalancing: { Enabled: properties["CrossZone"] ?? false },
      }),
    },
  });
}

/** Adds first, so that there is always one. */
async function updateList(
  { properties, previous }: UpdateRequest,
  name: string,
  calls: {
    add: (values: string[]) => Promise<unknown>;
    remove: (values: string[]) => Promise<unknown>;
  },
): Promise<void> {
  const before: string[] = previous[name] ?? [];
  const next: string[] = properties[name] ?? [];
  const added = next.filter((value) => !before.includes(value));
  const removed = before.filter((value) => !next.includes(value));
  if (added.length > 0) await calls.add(added);
  if (removed.length > 0) await calls.remove(removed);
}

async function register({ clients, physicalId }: ExistingRequest, ids: readonly string[]) {
  if (ids.length === 0) return;
  await clients.elb.RegisterInstancesWithLoadBalancer({
    LoadBalancerName: physicalId,
    Instances: ids.map((InstanceId) => ({ InstanceId })),
  });
}

async function updateTags(request: UpdateRequest): Promise<void> {
  const { clients, physicalId } = request;
  const { added, removed } = tagChanges(request);
  const LoadBalancerNames = [physicalId];
  if (removed.length > 0)
    await clients.elb.RemoveTags({ LoadBalancerNames, Tags: removed.map((Key) => ({ Key })) });
  if (Object.keys(added).length > 0)
    await clients.elb.AddTags({ LoadBalancerNames, Tags: tagList(added) });
}
