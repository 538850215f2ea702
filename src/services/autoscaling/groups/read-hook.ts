/** A lifecycle hook as requests give it. */
import type { LifecycleHookSpecification } from "@aws-sdk/client-auto-scaling";
import { parseArn } from "#services/kit/arn.ts";
import { validationError } from "../errors.ts";
import { defaultHeartbeatSeconds } from "../limits.ts";
import type { HookRecord, Transition } from "../records.ts";

const transitions: readonly string[] = [
  "autoscaling:EC2_INSTANCE_LAUNCHING",
  "autoscaling:EC2_INSTANCE_TERMINATING",
];

/** What the request leaves out keeps its value, or gets AWS's default. */
export function readHook(
  group: string,
  input: LifecycleHookSpecification,
  present: HookRecord | undefined,
): HookRecord {
  const transition = input.LifecycleTransition ?? present?.transition;
  if (transition === undefined || !transitions.includes(transition))
    throw validationError(
      `Invalid Lifecycle Transition ${transition ?? ""}: it must be one of ${transitions.join(", ")}`,
    );
  const result = input.DefaultResult ?? present?.defaultResult ?? "ABANDON";
  if (result !== "CONTINUE" && result !== "ABANDON")
    throw validationError(`Default Result must be one of CONTINUE or ABANDON, not ${result}`);
  const heartbeatSeconds =
    input.HeartbeatTimeout ?? present?.heartbeatSeconds ?? defaultHeartbeatSeconds;
  if (heartbeatSeconds < 30 || heartbeatSeconds > 7200)
    throw validationError("Heartbeat Timeout must be between 30 and 7200 seconds");
  const target = input.NotificationTargetARN ?? present?.targetArn;
  if (target && !["sns", "sqs", "lambda"].includes(parseArn(target)?.service ?? ""))
    throw validationError(
      "Notification target must be an Amazon SNS topic, an Amazon SQS queue or an AWS Lambda function",
    );
  const role = input.RoleARN ?? present?.roleArn;
  const metadata = input.NotificationMetadata ?? present?.metadata;
  return {
    group,
    name: input.LifecycleHookName!,
    transition: transition as Transition,
    heartbeatSeconds,
    defaultResult: result,
    // An empty target removes the present one.
    ...(target && { targetArn: target }),
    ...(role !== undefined && { roleArn: role }),
    ...(metadata !== undefined && { metadata }),
  };
}
