import type { Operation } from "#services/kit/service.ts";
import { readBalancer } from "../balancer-records.ts";
import { checkShift } from "../zonal-shift.ts";
import { changeAttributes, describeAttributes } from "../attributes.ts";
import { findLoadBalancer } from "../find.ts";
import { checkSecondaryAddresses } from "../network-load-balancers/attributes.ts";
import { balancerTable, isAttributeOfSomeType, isNetwork } from "../kinds.ts";
import { invalidConfiguration } from "../errors.ts";
import { checkBuckets } from "../logs.ts";
import { loadBalancers, type LoadBalancerRecord } from "../records.ts";
import type { State } from "../state.ts";

export const describeLoadBalancerAttributes: Operation<
  "elbv2",
  "DescribeLoadBalancerAttributes",
  State
> = async ({ LoadBalancerArn }, context) => {
  const balancer = await context.store.transaction((tx) =>
    findLoadBalancer(tx, context, LoadBalancerArn),
  );
  return { Attributes: describeAttributes(balancerTable(balancer), balancer.attributes) };
};

export const modifyLoadBalancerAttributes: Operation<
  "elbv2",
  "ModifyLoadBalancerAttributes",
  State
> = async ({ LoadBalancerArn, Attributes }, context) => {
  const change = (balancer: LoadBalancerRecord) => {
    for (const { Key = "" } of Attributes ?? []) checkKey(balancer, Key);
    const table = balancerTable(balancer);
    const changed = changeAttributes("load balancer", table, balancer.attributes, Attributes);
    if (isNetwork(balancer)) checkSecondaryAddresses(balancer.attributes, changed);
    return changed;
  };
  const before = await context.store.transaction((tx) =>
    findLoadBalancer(tx, context, LoadBalancerArn),
  );
  const asked = change(before);
  const keys = (Attributes ?? []).map(({ Key }) => Key ?? "");
  await checkBuckets(context, context, before.arn, asked, keys);
  const record = await context.store.transaction(async (tx) => {
    const balancer = await findLoadBalancer(tx, context, LoadBalancerArn);
    const changed = { ...balancer, attributes: change(balancer) };
    const { groups } = await readBalancer(tx, context, changed);
    checkShift(
      changed,
      groups.map((group) => group.record),
    );
    loadBalancers.put(tx, context, [balancer.name], changed);
    return changed;
  });
  return { Attributes: describeAttributes(balancerTable(record), record.attributes) };
};

/** Keys that AWS knows of and this load balancer does not have. */
function checkKey(balancer: LoadBalancerRecord, key: string): void {
  const what = `Load balancer attribute key '${key}' is not supported on load balancers with`;
  if (!balancerTable(balancer)[key] && isAttributeOfSomeType(key))
    throw invalidConfiguration(`${what} type '${isNetwork(balancer) ? "network" : "application"}'`);
  if (key.startsWith("ipv6.") && balancer.ipAddressType === "ipv4")
    throw invalidConfiguration(`${what} IP address type 'ipv4'`);
}
