import { AwsError } from "#model/error.ts";
import { parseArn, partitionOf, type Arn } from "#services/kit/arn.ts";
import { asService } from "#services/kit/principal.ts";
import type { Context, Operation, Principal } from "#services/kit/service.ts";
import { accessDenied, notAuthorized, validationError } from "../errors.ts";
import { defaultAssumeRoleSeconds, longestChainedSeconds } from "../limits.ts";
import { readSessionPolicy } from "../session-policy.ts";
import { issue, type State } from "../sessions.ts";
import { refusedAction } from "../trust.ts";

/**
 * The trust policy alone decides; identity policies are not enforced.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export const assumeRole: Operation<"sts", "AssumeRole", State> = async (input, context) => {
  const { principal } = context;
  const roleArn = input.RoleArn!;
  const sessionName = input.RoleSessionName!;
  const arn = parseArn(roleArn);
  if (!arn || arn.service !== "iam" || !arn.resource.startsWith("role/"))
    throw validationError(`${roleArn} is invalid`);
  if (input.SerialNumber !== undefined || input.TokenCode !== undefined)
    throw accessDenied(
      "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
    );
  if (input.ProvidedContexts?.length)
    throw validationError("Fogbank does not support ProvidedContexts in AssumeRole");
  const { packedSize, ...sessionPolicy } = readSessionPolicy(input);

  const role = await findRole(context, arn, roleArn);
  const refused = role
    ? refusedAction(
        decodeURIComponent(role.AssumeRolePolicyDocument ?? ""),
        {
          roleSessionName: sessionName,
          externalId: input.ExternalId,
          sourceIdentity: input.SourceIdentity,
          tags: sessionPolicy.tags,
          transitiveTagKeys: sessionPolicy.transitiveTagKeys,
        },
        context,
      )
    : "sts:AssumeRole";
  if (!role || refused) throw notAuthorized(principal.arn, refused!, roleArn);
  const seconds = input.DurationSeconds ?? defaultAssumeRoleSeconds;
  checkDuration(seconds, role.MaxSessionDuration ?? defaultAssumeRoleSeconds, principal);

  const session: Principal = {
    type: "assumed-role",
    account: arn.account,
    arn: `arn:${partitionOf(context.region)}:sts::${arn.account}:assumed-role/${role.RoleName}/${sessionName}`,
    userId: `${role.RoleId}:${sessionName}`,
  };
  const credentials = await issue(
    context,
    {
      principal: session,
      roleArn,
      ...sessionPolicy,
      ...(input.SourceIdentity !== undefined && { sourceIdentity: input.SourceIdentity }),
    },
    seconds,
  );
  return {
    Credentials: credentials,
    AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
    ...(packedSize !== undefined && { PackedPolicySize: packedSize }),
    ...(input.SourceIdentity !== undefined && { SourceIdentity: input.SourceIdentity }),
  };
};

/** Undefined when there is no such role, which AWS does not tell from a role that may not be assumed. */
async function findRole(context: Context<State>, arn: Arn, roleArn: string) {
  const roleName = arn.resource.slice(arn.resource.lastIndexOf("/") + 1);
  const scope = { account: arn.account, region: context.region };
  try {
    const iam = context.clients.iam(asService(scope, "sts.amazonaws.com"));
    const { Role: role } = await iam.GetRole({ RoleName: roleName });
    return role?.Arn === roleArn ? role : undefined;
  } catch (error) {
    if (error instanceof AwsError && error.code === "NoSuchEntity") return undefined;
    throw error;
  }
}

function checkDuration(seconds: number, longestSeconds: number, caller: Principal): void {
  if (seconds > longestSeconds)
    throw validationError(
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    );
  if (caller.type === "assumed-role" && seconds > longestChainedSeconds)
    throw validationError(
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    );
}
