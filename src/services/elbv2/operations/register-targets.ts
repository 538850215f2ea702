import type { Operation } from "#services/kit/service.ts";
import { tooManyTargets, validationError } from "../errors.ts";
import { findTargetGroup, readAssociations } from "../find.ts";
import { notInUse, registering } from "../health/plan.ts";
import { limits } from "../limits.ts";
import { loadBalancers, targets } from "../records.ts";
import type { State } from "../state.ts";
import { readTarget } from "../target-input.ts";
import { checkTargetQuotas } from "../target-quotas.ts";

/**
 * Registering what is registered changes nothing; what is draining comes back.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html
 */
export const registerTargets: Operation<"elbv2", "RegisterTargets", State> = async (
  { TargetGroupArn, Targets },
  context,
) => {
  if (!Targets?.length) throw validationError("At least one target must be specified");
  const group = await context.store.transaction((tx) =>
    findTargetGroup(tx, context, TargetGroupArn),
  );
  const wanted: Awaited<ReturnType<typeof readTarget>>[] = [];
  for (const target of Targets) wanted.push(await readTarget(context, context, group, target));
  await context.store.transaction(async (tx) => {
    const { name, arn, targetType } = await findTargetGroup(tx, context, TargetGroupArn);
    const associations = await readAssociations(tx, context);
    const users = associations.balancersOf(arn);
    const used = users.size > 0;
    // What drains makes room for others, and may come back.
    const present = (await targets.list(tx, context, [name])).filter(
      ({ drainingUntilMs }) => drainingUntilMs === undefined,
    );
    const fresh = wanted.filter(
      ({ id, port }, index) =>
        !present.some((target) => target.id === id && target.port === port) &&
        wanted.findIndex((other) => other.id === id && other.port === port) === index,
    );
    // An application load balancer or a function is its group's only target.
    const most = targetType === "alb" || targetType === "lambda" ? 1 : limits.targetsPerTargetGroup;
    if (present.length + fresh.length > most) throw tooManyTargets(arn);
    for (const target of fresh)
      targets.put(tx, context, [name, target.id, target.port], {
        ...target,
        registeredMs: context.clock.now(),
        health: used ? registering : notInUse,
      });
    for (const user of users) {
      const balancer = await loadBalancers.get(tx, context, user);
      if (balancer) await checkTargetQuotas(tx, context, balancer, associations.groupsOf(user));
    }
  });
  return {};
};
