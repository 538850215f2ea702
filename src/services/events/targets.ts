/** Which targets a rule may have, and what is wrong with the others. */
import type { Target } from "@aws-sdk/client-eventbridge";
import { parseArn, partitionOf } from "#services/kit/arn.ts";
import type { Scope } from "#store/collection.ts";
import { notSupported, validation } from "./errors.ts";
import { inputProblem } from "./transform.ts";

export type TargetKind =
  | "queue"
  | "function"
  | "topic"
  | "log-group"
  | "bus"
  | "archive"
  | "api-destination"
  | "command"
  | "instance-action";

/** EC2's calls that are targets by themselves; their input is an instance's id. */
const instanceActions = new Set([
  "target/reboot-instance",
  "target/stop-instance",
  "target/terminate-instance",
]);

/** Undefined for a target that Fogbank cannot deliver to. */
export function targetKind(arn: string): TargetKind | undefined {
  const { service, resource = "" } = parseArn(arn) ?? {};
  if (service === "sqs") return "queue";
  if (service === "lambda" && resource.startsWith("function:")) return "function";
  if (service === "sns") return "topic";
  if (service === "logs" && resource.startsWith("log-group:")) return "log-group";
  if (service === "events" && resource.startsWith("event-bus/")) return "bus";
  if (service === "events" && resource.startsWith("api-destination/")) return "api-destination";
  if (service === "ssm" && resource.startsWith("document/")) return "command";
  if (service === "events" && instanceActions.has(resource)) return "instance-action";
  if (service === "events" && resource === ":") return "archive";
  return undefined;
}

/** What leads an archive's rule to the archive, whose name is the target's id. */
export function archiveTargetArn({ region }: Scope): string {
  return `arn:${partitionOf(region)}:events:${region}:::`;
}

/** Throws ValidationException, or NotImplemented for a kind of target that is not there. */
export function checkTargets(targets: readonly Target[]): void {
  for (const { Arn: arn = "" } of targets)
    if (!parseArn(arn))
      throw validation(
        `Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`,
      );
  for (const target of targets) checkTarget(target);
}

function checkTarget(target: Target): void {
  const { Arn: arn = "", Id: id, SqsParameters: sqs, DeadLetterConfig: deadLetters } = target;
  const kind = targetKind(arn);
  if (!kind || kind === "archive")
    throw notSupported(`targets of the service ${parseArn(arn)?.service} (${arn})`);
  if (kind === "queue" && arn.endsWith(".fifo") && sqs?.MessageGroupId === undefined)
    throw validation(`Parameter(s) SqsParameters must be specified for target: ${id}.`);
  if (kind === "command" && !target.RunCommandParameters)
    throw validation(`Parameter(s) RunCommandParameters must be specified for target: ${id}.`);
  const problem = inputProblem(target);
  if (problem !== undefined) throw validation(`${problem} ${id}.`);
  const queue = deadLetters?.Arn;
  if (queue !== undefined && (parseArn(queue)?.service !== "sqs" || queue.endsWith(".fifo")))
    throw validation(
      `Parameter ${queue} is not valid. Reason: A dead-letter queue must be a standard Amazon SQS queue.`,
    );
}
