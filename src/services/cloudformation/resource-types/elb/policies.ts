/** Policies of a classic load balancer: made, and put where the template wants them. */
import type { ExistingRequest, Properties } from "../resource-type.ts";

interface Policy {
  name: string;
  type: string;
  attributes: { AttributeName: string; AttributeValue: string }[];
  listenerPorts: number[];
  instancePorts: number[];
}

const numbers = (list: readonly string[] | undefined) => (list ?? []).map(Number);

/** In the order in which they can be made: a policy may refer to one before it. */
export function policiesOf(properties: Properties): Policy[] {
  const common = { listenerPorts: [], instancePorts: [] };
  return [
    ...((properties["AppCookieStickinessPolicy"] ?? []) as Properties[]).map((policy) => ({
      name: String(policy["PolicyName"]),
      type: "AppCookieStickinessPolicyType",
      attributes: [{ AttributeName: "CookieName", AttributeValue: String(policy["CookieName"]) }],
      ...common,
    })),
    ...((properties["LBCookieStickinessPolicy"] ?? []) as Properties[]).map((policy) => ({
      name: String(policy["PolicyName"]),
      type: "LBCookieStickinessPolicyType",
      attributes:
        policy["CookieExpirationPeriod"] === undefined
          ? []
          : [
              {
                AttributeName: "CookieExpirationPeriod",
                AttributeValue: String(policy["CookieExpirationPeriod"]),
              },
            ],
      ...common,
    })),
    ...((properties["Policies"] ?? []) as Properties[]).map((policy) => ({
      name: String(policy["PolicyName"]),
      type: String(policy["PolicyType"]),
      attributes: ((policy["Attributes"] ?? []) as Properties[]).map(({ Name, Value }) => ({
        AttributeName: String(Name),
        AttributeValue: String(Value),
      })),
      listenerPorts: numbers(policy["LoadBalancerPorts"]),
      instancePorts: numbers(policy["InstancePorts"]),
    })),
  ];
}

/** Makes the policies that are missing; may run twice. */
export async function makePolicies(
  { clients, physicalId: LoadBalancerName }: ExistingRequest,
  policies: readonly Policy[],
): Promise<void> {
  const { PolicyDescriptions = [] } = await clients.elb.DescribeLoadBalancerPolicies({
    LoadBalancerName,
  });
  const present = new Set(PolicyDescriptions.map(({ PolicyName }) => PolicyName));
  for (const { name, type, attributes } of policies)
    if (!present.has(name))
      await clients.elb.CreateLoadBalancerPolicy({
        LoadBalancerName,
        PolicyName: name,
        PolicyTypeName: type,
        PolicyAttributes: attributes,
      });
}

/** Each listener and instance port gets what the template says of it, and keeps nothing else. */
export async function placePolicies(
  { clients, properties, physicalId: LoadBalancerName }: ExistingRequest,
  policies: readonly Policy[],
): Promise<void> {
  const { elb } = clients;
  const { LoadBalancerDescriptions } = await elb.DescribeLoadBalancers({
    LoadBalancerNames: [LoadBalancerName],
  });
  const [balancer] = LoadBalancerDescriptions!;
  const listeners = (properties["Listeners"] ?? []) as Properties[];
  for (const { Listener, PolicyNames: before = [] } of balancer!.ListenerDescriptions ?? []) {
    const port = Listener!.LoadBalancerPort!;
    const own = listeners.find(({ LoadBalancerPort }) => Number(LoadBalancerPort) === port);
    const wanted = [
      ...((own?.["PolicyNames"] ?? []) as string[]),
      ...policies.filter((policy) => policy.listenerPorts.includes(port)).map(({ name }) => name),
    ];
    const negotiates = wanted.some(
      (name) =>
        policies.find((policy) => policy.name === name)?.type === "SSLNegotiationPolicyType",
    );
    // A secure listener keeps the predefined policy that it got unless another takes its place.
    if (!negotiates) wanted.push(...before.filter((name) => name.startsWith("ELBSecurityPolicy-")));
    const PolicyNames = [...new Set(wanted)];
    if (String([...PolicyNames].sort()) !== String([...before].sort()))
      await elb.SetLoadBalancerPoliciesOfListener({
        LoadBalancerName,
        LoadBalancerPort: port,
        PolicyNames,
      });
  }
  const present = balancer!.BackendServerDescriptions ?? [];
  const ports = new Set([
    ...present.map(({ InstancePort }) => InstancePort!),
    ...policies.flatMap(({ instancePorts }) => instancePorts),
  ]);
  for (const port of ports) {
    const PolicyNames = policies
      .filter(({ instancePorts }) => instancePorts.includes(port))
      .map(({ name }) => name);
    const before = present.find(({ InstancePort }) => InstancePort === port)?.PolicyNames ?? [];
    if (String(PolicyNames) !== String(before))
      await elb.SetLoadBalancerPoliciesForBackendServer({
        LoadBalancerName,
        InstancePort: port,
        PolicyNames,
      });
  }
}

/** Frees all ports of the policies that go or change, and deletes those. */
export async function removePolicies(
  { clients, physicalId: LoadBalancerName }: ExistingRequest,
  gone: readonly Policy[],
): Promise<void> {
  if (gone.length === 0) return;
  const { elb } = clients;
  const names = new Set(gone.map(({ name }) => name));
  const { LoadBalancerDescriptions } = await elb.DescribeLoadBalancers({
    LoadBalancerNames: [LoadBalancerName],
  });
  const [balancer] = LoadBalancerDescriptions!;
  for (const { Listener, PolicyNames = [] } of balancer!.ListenerDescriptions ?? [])
    if (PolicyNames.some((name) => names.has(name)))
      await elb.SetLoadBalancerPoliciesOfListener({
        LoadBalancerName,
        LoadBalancerPort: Listener!.LoadBalancerPort!,
        PolicyNames: PolicyNames.filter((name) => !names.has(name)),
      });
  for (const { InstancePort, PolicyNames = [] } of balancer!.BackendServerDescriptions ?? [])
    if (PolicyNames.some((name) => names.has(name)))
      await elb.SetLoadBalancerPoliciesForBackendServer({
        LoadBalancerName,
        InstancePort: InstancePort!,
        PolicyNames: PolicyNames.filter((name) => !names.has(name)),
      });
  // The last first: a policy may refer to one before it.
  for (const { name } of [...gone].reverse())
    await elb.DeleteLoadBalancerPolicy({ LoadBalancerName, PolicyName: name });
}
