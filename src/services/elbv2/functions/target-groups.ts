/** Target groups whose target is a function. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html */
import type { TargetDescription } from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { invalidTarget, validationError } from "../errors.ts";
import { principal } from "../network.ts";
import type { HealthCheckSettings, TargetGroupRecord, TargetHealthRecord } from "../records.ts";

/** What is checked, if anything is: a check is an event of the function, and is paid for. */
export const functionSettings: HealthCheckSettings = {
  protocol: "HTTP",
  port: "traffic-port",
  path: "/",
  intervalSeconds: 35,
  timeoutSeconds: 30,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: "200",
  isDisabled: true,
};

/** A function that is not checked is always in service, and is shown as nothing that AWS would vouch for. */
export const unchecked: TargetHealthRecord = {
  state: "healthy",
  reason: "Target.HealthCheckDisabled",
  description: "Health checks are disabled for this target",
};

/** Members that a group of functions cannot have. Throws ValidationError. */
export function refuseServerMembers(input: {
  Protocol?: string | undefined;
  Port?: number | undefined;
  VpcId?: string | undefined;
  ProtocolVersion?: string | undefined;
}): void {
  const members = { Protocol: "Protocol", Port: "Port", VpcId: "VPC ID" } as const;
  for (const [member, word] of Object.entries(members))
    if (input[member as keyof typeof members] !== undefined)
      throw validationError(
        `${word} cannot be specified for target groups with target type 'lambda'`,
      );
  if (input.ProtocolVersion)
    throw validationError(
      "A protocol version cannot be specified for target groups with target type 'lambda'",
    );
}

/** The function, which must let load balancers in for this group. Throws InvalidTargetException. */
export async function readFunctionTarget(
  { clients }: Pick<Environment, "clients">,
  scope: Scope,
  group: TargetGroupRecord,
  { Id: id = "", Port, AvailabilityZone }: TargetDescription,
): Promise<{ id: string; port: number; zone: string }> {
  if (!/^arn:[\w-]+:lambda:[a-z0-9-]+:\d{12}:function:/.test(id))
    throw validationError(`'${id}' is not a valid Lambda function ARN`);
  if (Port !== undefined)
    throw validationError("A port cannot be specified for targets with target type 'lambda'");
  if (AvailabilityZone !== undefined && AvailabilityZone !== "all")
    throw validationError(
      "You cannot specify an Availability Zone for target groups with target type 'lambda'",
    );
  try {
    await clients
      .lambda(asService(scope, principal, group.arn))
      .Invoke({ FunctionName: id, InvocationType: "DryRun" });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidTarget(
      error.code === "AccessDeniedException"
        ? `${principal} principal does not have permission to invoke ${id} from target group ${group.arn}`
        : `The following targets do not exist: '${id}'`,
    );
  }
  return { id, port: 0, zone: "all" };
}
