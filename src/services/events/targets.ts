/** Which targets a rule may have, and what is wrong with the others. */
import type { Target } from "@aws-sdk/client-eventbridge";
import { parseArn } from "#services/kit/arn.ts";
import { notSupported, validation } from "./errors.ts";
import { inputProblem } from "./transform.ts";

export type TargetKind = "queue" | "topic" | "log-group" | "bus";

/** Undefined for a target that Fogbank cannot deliver to. */
export function targetKind(arn: string): TargetKind | undefined {
  const { service, resource = "" } = parseArn(arn) ?? {};
  if (service === "sqs") return "queue";
  if (service === "sns") return "topic";
  if (service === "logs" && resource.startsWith("log-group:")) return "log-group";
  if (service === "events" && resource.startsWith("event-bus/")) return "bus";
  return undefined;
}

/** Throws ValidationException, or NotImplemented for a kind of target that is not there. */
export function checkTarget(target: Target): void {
  const { Arn: arn = "", Id: id, SqsParameters: sqs, DeadLetterConfig: deadLetters } = target;
  const parsed = parseArn(arn);
  if (!parsed)
    throw validation(
      `Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`,
    );
  const kind = targetKind(arn);
  if (!kind) throw notSupported(`targets of the service ${parsed.service} (${arn})`);
  if (kind === "queue" && arn.endsWith(".fifo") && sqs?.MessageGroupId === undefined)
    throw validation(`Parameter(s) SqsParameters must be specified for target: ${id}.`);
  const problem = inputProblem(target);
  if (problem !== undefined) throw validation(`${problem} ${id}.`);
  const queue = deadLetters?.Arn;
  if (queue !== undefined && (parseArn(queue)?.service !== "sqs" || queue.endsWith(".fifo")))
    throw validation(
      `Parameter ${queue} is not valid. Reason: A dead-letter queue must be a standard Amazon SQS queue.`,
    );
}
