/** Target groups and Classic Load Balancers that a group's instances join. */
import type { Context } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import { AwsError } from "#model/error.ts";
import { limitExceeded, unsupported, validationError } from "../errors.ts";
import { mostTargetGroupsPerGroup } from "../limits.ts";
import type { State } from "../state.ts";

/** Classic Load Balancers go by their names, which never look like ARNs. */
export function isClassic(source: string): boolean {
  return !source.startsWith("arn:");
}

export function trafficType(source: string): "elb" | "elbv2" {
  return isClassic(source) ? "elb" : "elbv2";
}

/** The names, each once. Throws AWS's validation error for one that does not exist. */
export async function checkLoadBalancers(
  context: Context<State>,
  names: readonly string[],
): Promise<string[]> {
  const wanted = [...new Set(names)];
  if (wanted.length === 0) return [];
  const invalid =
    "Provided Load Balancers may not be valid. Please ensure they exist and try again.";
  try {
    const { LoadBalancerDescriptions = [] } = await context.clients
      .elb(asService(context, "autoscaling.amazonaws.com"))
      .DescribeLoadBalancers({ LoadBalancerNames: wanted });
    const found = LoadBalancerDescriptions.map(({ LoadBalancerName }) => LoadBalancerName);
    if (!wanted.every((name) => found.includes(name))) throw validationError(invalid);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === "NotImplemented") throw error;
    throw validationError(invalid);
  }
  return wanted;
}

/** The target groups and the load balancers of traffic sources. Throws for other types. */
export function sourcesOf(
  sources: readonly { Identifier?: string | undefined; Type?: string | undefined }[] | undefined,
): { targetGroups: string[]; loadBalancers: string[] } {
  const found = { targetGroups: [] as string[], loadBalancers: [] as string[] };
  for (const { Identifier = "", Type } of sources ?? []) {
    const type = Type ?? trafficType(Identifier);
    if (type === "elbv2") found.targetGroups.push(Identifier);
    else if (type === "elb") found.loadBalancers.push(Identifier);
    else throw unsupported(`traffic source type ${type}`);
  }
  return found;
}

/** The ARNs, each once. Throws AWS's validation error for one that does not exist. */
export async function checkTargetGroups(
  context: Context<State>,
  arns: readonly string[],
): Promise<string[]> {
  const wanted = [...new Set(arns)];
  if (wanted.length === 0) return [];
  if (wanted.length > mostTargetGroupsPerGroup)
    throw limitExceeded(`A group can have at most ${mostTargetGroupsPerGroup} target groups.`);
  try {
    await context.clients
      .elbv2(asService(context, "autoscaling.amazonaws.com"))
      .DescribeTargetGroups({ TargetGroupArns: wanted });
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === "NotImplemented") throw error;
    throw validationError(
      `Provided Target Groups may not be valid. Please ensure they exist and try again. ${error.message}`,
    );
  }
  return wanted;
}
