/**
 * What hears of an event that was brought, or given up: destinations, and dead-letter queues.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
import { AwsError } from "#model/error.ts";
import { isoMillis } from "#runtime/date.ts";
import { parseArn } from "#services/kit/arn.ts";
import { asService } from "#services/kit/principal.ts";
import type { Scope } from "#store/collection.ts";
import { functionArn } from "../arns.ts";
import type { Ran } from "../invoke/run.ts";
import { latest, type EventRecord, type InvokeConfigRecord } from "../records.ts";
import type { LambdaEnvironment } from "../state.ts";
import { queueUrl } from "./queue-url.ts";

export interface Told {
  scope: Scope;
  event: EventRecord;
  condition: "Success" | "RetriesExhausted" | "EventAgeExceeded";
  /** Undefined when the function was never run. */
  ran: Ran | undefined;
  config: InvokeConfigRecord | undefined;
  deadLetterArn: string | undefined;
}

/** What cannot be told is counted and logged: nobody else waits for it. */
export async function tellDestinations(env: LambdaEnvironment, told: Told): Promise<void> {
  const { config, condition, deadLetterArn, event, scope } = told;
  const isSuccess = condition === "Success";
  const destination = config?.destinations[isSuccess ? "OnSuccess" : "OnFailure"]?.Destination;
  const { measurements } = env.state;
  const attempt = async (
    metric: "DestinationDeliveryFailures" | "DeadLetterErrors",
    arn: string,
    work: () => Promise<unknown>,
  ) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      measurements.add(scope, metric, 1, event.functionName);
      env.log.warn("Lambda cannot tell what became of an event", { arn, error });
    }
  };
  if (destination !== undefined && destination !== "")
    await attempt("DestinationDeliveryFailures", destination, () =>
      send(env, told, destination, recordOf(env, told)),
    );
  if (!isSuccess && deadLetterArn !== undefined)
    await attempt("DeadLetterErrors", deadLetterArn, () =>
      sendDeadLetter(env, told, deadLetterArn),
    );
}

function recordOf(env: LambdaEnvironment, { scope, event, condition, ran }: Told) {
  const { functionName, qualifier, id, attempts } = event;
  return {
    version: "1.0",
    timestamp: isoMillis(env.clock.now()),
    requestContext: {
      requestId: requestIdOf(id),
      functionArn: functionArn(scope, functionName, qualifier ?? latest),
      condition,
      approximateInvokeCount: attempts + (ran === undefined ? 0 : 1),
    },
    requestPayload: jsonOf(event.payload),
    ...(ran && {
      responseContext: {
        statusCode: 200,
        executedVersion: ran.version,
        ...(ran.functionError !== undefined && { functionError: ran.functionError }),
      },
      responsePayload: jsonOf(ran.payload),
    }),
  };
}

async function send(
  env: LambdaEnvironment,
  told: Told,
  arn: string,
  record: ReturnType<typeof recordOf>,
) {
  const { scope, condition, event } = told;
  const caller = asService(scope, "lambda.amazonaws.com", functionArn(scope, event.functionName));
  const text = JSON.stringify(record);
  switch (parseArn(arn)?.service) {
    case "sqs":
      return env.clients
        .sqs(caller)
        .SendMessage({ QueueUrl: queueUrl(env, arn), MessageBody: text });
    case "sns":
      return env.clients.sns(caller).Publish({ TopicArn: arn, Message: text });
    case "lambda":
      return env.clients.lambda(caller).Invoke({
        FunctionName: arn,
        InvocationType: "Event",
        Payload: Buffer.from(text) as never,
      });
    default:
      return env.clients.events(caller).PutEvents({
        Entries: [
          {
            Source: "lambda",
            DetailType: `Lambda Function Invocation Result - ${condition === "Success" ? "Success" : "Failure"}`,
            Detail: text,
            EventBusName: arn,
            Resources: [arn, record.requestContext.functionArn],
          },
        ],
      });
  }
}

/** The event itself, its attributes telling what was wrong. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq */
function sendDeadLetter(env: LambdaEnvironment, { scope, event, ran }: Told, arn: string) {
  const caller = asService(scope, "lambda.amazonaws.com", functionArn(scope, event.functionName));
  const error = ran && (jsonOf(ran.payload) as { errorMessage?: string } | undefined);
  const attribute = (DataType: string, StringValue: string) => ({ DataType, StringValue });
  const MessageAttributes = {
    RequestID: attribute("String", requestIdOf(event.id)),
    ErrorCode: attribute("Number", ran === undefined ? "429" : "200"),
    ErrorMessage: attribute(
      "String",
      (error?.errorMessage ?? "Rate Exceeded.").slice(0, 1024) || "-",
    ),
  };
  const text = Buffer.from(event.payload).toString();
  return parseArn(arn)?.service === "sns"
    ? env.clients.sns(caller).Publish({ TopicArn: arn, Message: text, MessageAttributes })
    : env.clients
        .sqs(caller)
        .SendMessage({ QueueUrl: queueUrl(env, arn), MessageBody: text, MessageAttributes });
}

const requestIdOf = (eventId: string) => eventId.slice(eventId.indexOf("-") + 1);

function jsonOf(bytes: Uint8Array): unknown {
  const text = Buffer.from(bytes).toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
