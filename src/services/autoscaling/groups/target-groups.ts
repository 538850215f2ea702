/** Target groups that a group's instances join. */
import type { Context } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import { AwsError } from "#model/error.ts";
import { limitExceeded, validationError } from "../errors.ts";
import { mostTargetGroupsPerGroup } from "../limits.ts";
import type { State } from "../state.ts";

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
