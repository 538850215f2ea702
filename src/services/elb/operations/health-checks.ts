import type { Operation } from "#services/kit/service.ts";
import { changeLoadBalancer, findLoadBalancer } from "../find.ts";
import { inState, notRegistered } from "../health/descriptions.ts";
import { healthCheckShape, readHealthCheck } from "../health-check-input.ts";
import { instanceNotFound } from "../errors.ts";
import { describeInstance } from "../network.ts";
import { instances } from "../records.ts";
import { instanceStateShape } from "../shapes.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_ConfigureHealthCheck.html */
export const configureHealthCheck: Operation<"elb", "ConfigureHealthCheck", State> = async (
  { LoadBalancerName, HealthCheck },
  context,
) => {
  const healthCheck = readHealthCheck(HealthCheck!);
  await context.store.transaction((tx) =>
    changeLoadBalancer(tx, context, LoadBalancerName, (balancer) => ({ ...balancer, healthCheck })),
  );
  return { HealthCheck: healthCheckShape(healthCheck) };
};

/**
 * Of all registered instances, or of those that the request names, registered or not.
 * https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeInstanceHealth.html
 */
export const describeInstanceHealth: Operation<"elb", "DescribeInstanceHealth", State> = async (
  { LoadBalancerName, Instances },
  context,
) => {
  const registered = await context.store.transaction(async (tx) => {
    const { name } = await findLoadBalancer(tx, context, LoadBalancerName);
    return instances.list(tx, context, [name]);
  });
  if (!Instances?.length)
    return { InstanceStates: registered.map(({ id, health }) => instanceStateShape(id, health)) };
  const InstanceStates = [];
  for (const { InstanceId = "" } of Instances) {
    const present = registered.find(({ id }) => id === InstanceId);
    if (present) {
      InstanceStates.push(instanceStateShape(InstanceId, present.health));
      continue;
    }
    const facts = await describeInstance(context, context, InstanceId);
    if (!facts) throw instanceNotFound(InstanceId);
    const health = facts.state === "terminated" ? inState(facts.state) : notRegistered;
    InstanceStates.push(instanceStateShape(InstanceId, health));
  }
  return { InstanceStates };
};
