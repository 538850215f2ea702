import type { Operation } from "#services/kit/service.ts";
import { invalidConfiguration, validationError } from "../errors.ts";
import { changeLoadBalancer, findLoadBalancer } from "../find.ts";
import { limits } from "../limits.ts";
import { checkSecurityGroups, placeInSubnets, placeInZones } from "../network.ts";
import type { LoadBalancerRecord } from "../records.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_AttachLoadBalancerToSubnets.html */
export const attachLoadBalancerToSubnets: Operation<
  "elb",
  "AttachLoadBalancerToSubnets",
  State
> = async ({ LoadBalancerName, Subnets }, context) => {
  const present = await context.store.transaction((tx) =>
    findLoadBalancer(tx, context, LoadBalancerName),
  );
  const { subnets } = await placeInSubnets(context, context, Subnets ?? [], present);
  const { subnets: attached } = await context.store.transaction((tx) =>
    changeLoadBalancer(tx, context, LoadBalancerName, (balancer) => withSubnets(balancer, subnets)),
  );
  return { Subnets: attached.map(({ id }) => id) };
};

export const detachLoadBalancerFromSubnets: Operation<
  "elb",
  "DetachLoadBalancerFromSubnets",
  State
> = async ({ LoadBalancerName, Subnets }, context) => {
  const { subnets } = await context.store.transaction((tx) =>
    changeLoadBalancer(tx, context, LoadBalancerName, (balancer) => {
      for (const id of Subnets ?? [])
        if (!balancer.subnets.some((subnet) => subnet.id === id))
          throw invalidConfiguration(`${id} is not attached to the load balancer`);
      return without(balancer, ({ id }) => Subnets!.includes(id));
    }),
  );
  return { Subnets: subnets.map(({ id }) => id) };
};

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_EnableAvailabilityZonesForLoadBalancer.html */
export const enableAvailabilityZones: Operation<
  "elb",
  "EnableAvailabilityZonesForLoadBalancer",
  State
> = async ({ LoadBalancerName, AvailabilityZones }, context) => {
  const present = await context.store.transaction((tx) =>
    findLoadBalancer(tx, context, LoadBalancerName),
  );
  const { vpcId, subnets } = await placeInZones(context, context, AvailabilityZones ?? []);
  if (vpcId !== present.vpcId)
    throw invalidConfiguration(
      "Zones of a load balancer outside the default VPC are enabled by attaching subnets",
    );
  const { subnets: enabled } = await context.store.transaction((tx) =>
    changeLoadBalancer(tx, context, LoadBalancerName, (balancer) => withSubnets(balancer, subnets)),
  );
  return { AvailabilityZones: enabled.map(({ zone }) => zone) };
};

export const disableAvailabilityZones: Operation<
  "elb",
  "DisableAvailabilityZonesForLoadBalancer",
  State
> = async ({ LoadBalancerName, AvailabilityZones }, context) => {
  const { subnets } = await context.store.transaction((tx) =>
    changeLoadBalancer(tx, context, LoadBalancerName, (balancer) =>
      without(balancer, ({ zone }) => AvailabilityZones!.includes(zone)),
    ),
  );
  return { AvailabilityZones: subnets.map(({ zone }) => zone) };
};

function withSubnets(
  balancer: LoadBalancerRecord,
  added: LoadBalancerRecord["subnets"],
): LoadBalancerRecord {
  const zones = new Set(balancer.subnets.map(({ zone }) => zone));
  const fresh = added.filter(({ zone }) => !zones.has(zone));
  return { ...balancer, subnets: [...balancer.subnets, ...fresh] };
}

function without(
  balancer: LoadBalancerRecord,
  leaves: (subnet: LoadBalancerRecord["subnets"][number]) => boolean,
): LoadBalancerRecord {
  const subnets = balancer.subnets.filter((subnet) => !leaves(subnet));
  if (subnets.length === 0)
    throw invalidConfiguration(
      "There must be at least one Availability Zone registered with a load balancer at all times",
    );
  return { ...balancer, subnets };
}

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_ApplySecurityGroupsToLoadBalancer.html */
export const applySecurityGroups: Operation<
  "elb",
  "ApplySecurityGroupsToLoadBalancer",
  State
> = async ({ LoadBalancerName, SecurityGroups }, context) => {
  if (!SecurityGroups?.length)
    throw validationError("At least one security group must be specified");
  if (SecurityGroups.length > limits.securityGroupsPerLoadBalancer)
    throw invalidConfiguration(
      `A load balancer can have at most ${limits.securityGroupsPerLoadBalancer} security groups`,
    );
  const { vpcId } = await context.store.transaction((tx) =>
    findLoadBalancer(tx, context, LoadBalancerName),
  );
  const securityGroups = await checkSecurityGroups(context, context, vpcId, SecurityGroups);
  await context.store.transaction((tx) =>
    changeLoadBalancer(tx, context, LoadBalancerName, (balancer) => ({
      ...balancer,
      securityGroups,
    })),
  );
  return { SecurityGroups: securityGroups };
};
