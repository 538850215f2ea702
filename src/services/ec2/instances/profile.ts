/** The instance profile that a request names, looked up at IAM. */
import { asService } from "#services/kit/principal.ts";
import { AwsError } from "#model/error.ts";
import { parseArn } from "#services/kit/arn.ts";
import type { LaunchContext } from "../context.ts";
import { invalidParameterCombination, invalidValueFor } from "../errors.ts";

export interface Profile {
  arn: string;
  /** AIPA… */
  id: string;
  name: string;
}

interface Specification {
  Arn?: string | undefined;
  Name?: string | undefined;
}

const notBoth = () =>
  invalidParameterCombination(
    "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
  );

/** A launch names its profile in one way. Throws as `findProfile`. */
export async function profileToLaunch(
  context: LaunchContext,
  specification: Specification | undefined,
): Promise<Profile | undefined> {
  if (specification?.Arn && specification.Name) throw notBoth();
  return findProfile(context, specification);
}

/**
 * By its ARN, its name, or both where they mean one profile: nothing in AWS's documentation of
 * associations forbids that. Undefined when none is asked for. Throws InvalidParameterValue when IAM
 * does not know it.
 */
export async function findProfile(
  context: LaunchContext,
  specification: Specification | undefined,
): Promise<Profile | undefined> {
  const { Arn, Name } = specification ?? {};
  if (!Arn && !Name) return undefined;
  if (Arn && Name && parseArn(Arn)?.resource.split("/").at(-1) !== Name) throw notBoth();
  const name = Name ?? parseArn(Arn!)?.resource.split("/").at(-1);
  const invalid = () =>
    Name
      ? invalidValueFor("iamInstanceProfile.name", Name, "Invalid IAM Instance Profile name")
      : invalidValueFor("iamInstanceProfile.arn", Arn, "Invalid IAM Instance Profile ARN");
  if (!name) throw invalid();
  try {
    const { InstanceProfile } = await context.clients
      .iam(asService(context, "ec2.amazonaws.com"))
      .GetInstanceProfile({ InstanceProfileName: name });
    if (Arn && InstanceProfile?.Arn !== Arn) throw invalid();
    return { arn: InstanceProfile!.Arn!, id: InstanceProfile!.InstanceProfileId!, name };
  } catch (error) {
    if (error instanceof AwsError && error.code.startsWith("NoSuchEntity")) throw invalid();
    throw error;
  }
}
