import { drawLoopbackHost } from "#services/kit/load-balancing/loopback-host.ts";
import type { Context, Operation } from "#services/kit/service.ts";
import type { Input } from "#model/sdk.ts";
import { defaultAttributes } from "../attributes.ts";
import { checkCertificates } from "../certificates.ts";
import {
  duplicateLoadBalancer,
  invalidScheme,
  tooManyLoadBalancers,
  validationError,
} from "../errors.ts";
import { defaultHealthCheck } from "../health-check-input.ts";
import { limits } from "../limits.ts";
import { readListener, settings, withDefaultPolicy, withListeners } from "../listener-input.ts";
import {
  checkSecurityGroups,
  defaultSecurityGroup,
  ownSecurityGroup,
  placeInSubnets,
  placeInZones,
} from "../network.ts";
import { loadBalancers, type LoadBalancerRecord } from "../records.ts";
import { defaultPolicy } from "../security-policies.ts";
import type { State } from "../state.ts";
import { readTags } from "../tagging.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateLoadBalancer.html */
export const createLoadBalancer: Operation<"elb", "CreateLoadBalancer", State> = async (
  input,
  context,
) => {
  const name = checkName(input.LoadBalancerName!);
  if (!input.Listeners?.length) throw validationError("Listeners cannot be empty");
  const listeners = withListeners({ name, listeners: [] }, input.Listeners.map(readListener));
  const tags = readTags(input.Tags);
  await checkCertificates(context, context, listeners);
  const place = await placementOf(input, context);
  const { random, clock, region } = context;
  const dnsName = await context.store.transaction(async (tx) => {
    const all = await loadBalancers.list(tx, context);
    const present = all.find((balancer) => balancer.name === name);
    if (present) {
      if (sameSettings(present, { listeners, ...place })) return present.dnsName;
      throw duplicateLoadBalancer(name);
    }
    if (all.length >= limits.loadBalancersPerRegion) throw tooManyLoadBalancers();
    const prefix = place.scheme === "internal" ? "internal-" : "";
    const created: LoadBalancerRecord = {
      name,
      id: random.hex(16),
      dnsName: `${prefix}${name}-${random.string(10, "0123456789")}.${region}.elb.localhost`,
      ...place,
      createdMs: clock.now(),
      listeners,
      policies: withDefaultPolicy([], listeners, defaultPolicy()),
      backends: [],
      healthCheck: defaultHealthCheck(listeners[0]!),
      attributes: defaultAttributes,
      tags,
      loopbackHost: drawLoopbackHost(random, new Set(all.map((other) => other.loopbackHost))),
      secret: random.hex(64),
    };
    loadBalancers.put(tx, context, [name], created);
    return created.dnsName;
  });
  return { DNSName: dnsName };
};

function checkName(name: string): string {
  if (name.length > limits.nameLength)
    throw validationError(
      `LoadBalancer name cannot be longer than ${limits.nameLength} characters`,
    );
  if (!/^[A-Za-z0-9-]+$/.test(name))
    throw validationError(
      "LoadBalancer name cannot contain characters that are not letters, or digits or the dash.",
    );
  if (name.startsWith("-") || name.endsWith("-"))
    throw validationError("LoadBalancer name cannot begin or end with a hyphen");
  return name;
}

type Placed = Pick<LoadBalancerRecord, "scheme" | "vpcId" | "subnets" | "securityGroups">;

async function placementOf(
  input: Input<"elb", "CreateLoadBalancer">,
  context: Context<State>,
): Promise<Placed> {
  const { Scheme: scheme = "internet-facing", AvailabilityZones, Subnets, SecurityGroups } = input;
  if (scheme !== "internet-facing" && scheme !== "internal") throw invalidScheme();
  if (AvailabilityZones?.length && Subnets?.length)
    throw validationError("Only one of SubnetIds or AvailabilityZones may be specified");
  if (!AvailabilityZones?.length && !Subnets?.length)
    throw validationError("Either AvailabilityZones or SubnetIds must be specified");
  const { vpcId, subnets } = Subnets?.length
    ? await placeInSubnets(context, context, Subnets, { scheme })
    : await placeInZones(context, context, AvailabilityZones!);
  const securityGroups = SecurityGroups?.length
    ? await checkSecurityGroups(context, context, vpcId, SecurityGroups)
    : Subnets?.length
      ? await defaultSecurityGroup(context, context, vpcId)
      : await ownSecurityGroup(context, context, vpcId);
  return { scheme, vpcId, subnets, securityGroups };
}

function sameSettings(
  present: LoadBalancerRecord,
  asked: Placed & Pick<LoadBalancerRecord, "listeners">,
): boolean {
  const facts = ({ scheme, subnets, securityGroups, listeners }: typeof asked) =>
    JSON.stringify([
      scheme,
      subnets.map(({ id }) => id).sort(),
      [...securityGroups].sort(),
      listeners.map(settings).sort(),
    ]);
  return facts(present) === facts(asked);
}
