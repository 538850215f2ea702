/** Bringing an event to its target. */
import { AwsError } from "#model/error.ts";
import { parseArn } from "#services/kit/arn.ts";
import { leaveWithFunction } from "#services/kit/leave-with-function.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { archiveEvent } from "./archive.ts";
import { busPlace } from "./buses.ts";
import { publish } from "./publish.ts";
import type { DeliveryRecord } from "./records.ts";
import type { EventsState } from "./state.ts";
import { targetKind } from "./targets.ts";
import { inputFor } from "./transform.ts";
import { invoke } from "./to-api-destination.ts";
import { actOnInstance, sendCommand } from "./to-instances.ts";
import { writeToGroup } from "./to-log-group.ts";

/** Undefined once the target has it; otherwise what went wrong. */
export interface Failure {
  /** As a dead-letter queue's messages name it. */
  code: string;
  message: string;
  /** True when waiting cannot help. */
  hopeless: boolean;
}

const principal = "events.amazonaws.com";

export async function deliver(
  env: Environment,
  state: EventsState,
  scope: Scope,
  delivery: DeliveryRecord,
): Promise<Failure | undefined> {
  if (targetKind(delivery.target.Arn ?? "") === "api-destination")
    return invoke(env, state.http, delivery);
  try {
    await send(env, state, scope, delivery);
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return failureOf(error);
    throw error;
  }
}

function send(
  env: Environment,
  state: EventsState,
  scope: Scope,
  delivery: DeliveryRecord,
): Promise<unknown> {
  const { target, event, ruleArn } = delivery;
  const arn = target.Arn ?? "";
  const { account = "", region = "" } = parseArn(arn) ?? {};
  const caller = asService({ account, region }, principal, ruleArn);
  switch (targetKind(arn)) {
    case "queue":
      return sendToQueue(env, arn, {
        from: ruleArn,
        body: inputFor(delivery),
        groupId: target.SqsParameters?.MessageGroupId,
      });
    case "function":
      return leaveWithFunction(env.clients, caller, arn, inputFor(delivery));
    case "topic":
      return env.clients.sns(caller).Publish({ TopicArn: arn, Message: inputFor(delivery) });
    case "log-group":
      return writeToGroup(env.clients.logs(caller), delivery, env.clock.now());
    case "bus": {
      // The event stays what it is: its account, region and id are those of where it began.
      const place = busPlace(arn, scope);
      return publish(env, state, [{ scope: place.scope, bus: place.name, event }]);
    }
    case "command":
      // Documents of AWS belong to no account: the command is the rule's account's.
      return sendCommand(env, asService({ ...scope, region }, principal, ruleArn), delivery);
    case "instance-action":
      return actOnInstance(env, caller, delivery);
    case "archive":
      return archiveEvent(env, scope, target.Id ?? "", event);
    case "api-destination":
    case undefined:
      throw new AwsError({ code: "NotImplemented", message: `No way leads to ${arn}.` });
  }
}

interface QueueMessage {
  /** The rule that sends it. */
  from: string;
  body: string;
  groupId?: string | undefined;
  attributes?: Record<string, string>;
}

export async function sendToQueue(
  { clients, gateway }: Environment,
  queueArn: string,
  { from, body, groupId, attributes = {} }: QueueMessage,
): Promise<void> {
  const { account = "", region = "", resource = "" } = parseArn(queueArn) ?? {};
  await clients.sqs(asService({ account, region }, principal, from)).SendMessage({
    QueueUrl: `${gateway.endpoint}/${account}/${resource}`,
    MessageBody: body,
    ...(groupId !== undefined && { MessageGroupId: groupId }),
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [
        name,
        { DataType: "String", StringValue: value },
      ]),
    ),
  });
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
function failureOf({ code, message }: AwsError): Failure {
  if (/NonExistent|DoesNotExist|NotFound/.test(code))
    return { code: "NO_RESOURCE", message, hopeless: true };
  if (/AccessDenied|Authorization|NotAuthorized/.test(code))
    return { code: "NO_PERMISSIONS", message, hopeless: true };
  if (/Throttl|LimitExceeded/.test(code)) return { code: "THROTTLING", message, hopeless: false };
  if (/Invalid|Validation|Missing/.test(code))
    return { code: "INVALID_PARAMETER", message, hopeless: true };
  return { code: "ERROR_FROM_TARGET", message, hopeless: false };
}
