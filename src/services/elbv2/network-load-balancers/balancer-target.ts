/**
 * An application load balancer as the target of a network load balancer.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/application-load-balancer-target.html
 */
import type { TargetDescription } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { readArn } from "../arns.ts";
import { invalidTarget, listenerInUse, loadBalancerInUse, validationError } from "../errors.ts";
import { isNetwork } from "../kinds.ts";
import {
  listeners,
  loadBalancers,
  targetGroups,
  targets,
  type ListenerRecord,
  type TargetGroupRecord,
} from "../records.ts";
import type { NewTarget } from "../target-input.ts";

/** Throws AWS's errors when the target cannot be registered with the group. */
export async function readBalancerTarget(
  { store }: Pick<Environment, "store">,
  scope: Scope,
  group: TargetGroupRecord,
  { Id: id = "", Port: port, AvailabilityZone }: TargetDescription,
): Promise<NewTarget> {
  if (AvailabilityZone !== undefined)
    throw validationError(
      "You cannot specify an Availability Zone for target groups with target type 'alb'",
    );
  if (port !== undefined && port !== group.port)
    throw validationError(
      `The port of a target must be the port '${group.port}' of its target group for target type 'alb'`,
    );
  const [name] = readArn("load balancer", id);
  return store.transaction(async (tx) => {
    const balancer = await loadBalancers.get(tx, scope, name);
    if (balancer?.arn !== id || isNetwork(balancer))
      throw invalidTarget(`The following targets do not exist: '${id}'`);
    if (balancer.vpcId !== group.vpcId)
      throw invalidTarget(
        `The following targets are not in the target group VPC '${group.vpcId}': '${id}'`,
      );
    const own = await listeners.list(tx, scope, [name]);
    if (!own.some((listener) => listener.port === group.port))
      throw invalidTarget(
        `The Application Load Balancer '${id}' has no listener on the port '${group.port}' of the target group`,
      );
    return { id, port: group.port, zone: "all" };
  });
}

/** Throws when a target group leads to the listener: it must stay, at its port. */
export async function checkUnused(
  tx: Transaction,
  scope: Scope,
  { loadBalancerArn, port }: Pick<ListenerRecord, "loadBalancerArn" | "port">,
): Promise<void> {
  if ((await portsLedTo(tx, scope, loadBalancerArn)).includes(port))
    throw listenerInUse(port, loadBalancerArn);
}

/** Throws while the load balancer is a target: it must be deregistered first. */
export async function checkNoTarget(tx: Transaction, scope: Scope, arn: string): Promise<void> {
  if ((await portsLedTo(tx, scope, arn)).length > 0) throw loadBalancerInUse(arn);
}

async function portsLedTo(tx: Transaction, scope: Scope, arn: string): Promise<number[]> {
  const ports: number[] = [];
  for (const { name, targetType } of await targetGroups.list(tx, scope)) {
    if (targetType !== "alb") continue;
    for (const { id, port, drainingUntilMs } of await targets.list(tx, scope, [name]))
      if (id === arn && drainingUntilMs === undefined) ports.push(port);
  }
  return ports;
}
