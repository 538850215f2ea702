/** What a mapping says of itself: AWS's defaults and refusals for queues. */
import type { Input } from "#model/sdk.ts";
import { AwsError, notImplemented } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import { parseArn } from "#services/kit/arn.ts";
import { parseEventPattern } from "#services/kit/event-pattern/pattern.ts";
import { invalidParameter } from "../errors.ts";
import type { MappingRecord } from "../records.ts";
import type { LambdaContext } from "../state.ts";
import { queueUrl } from "../unawaited/queue-url.ts";

type Given = Input<"lambda", "CreateEventSourceMapping"> &
  Input<"lambda", "UpdateEventSourceMapping">;
export type MappingSettings = Pick<
  MappingRecord,
  | "batchSize"
  | "windowSeconds"
  | "filters"
  | "reportsItemFailures"
  | "maximumConcurrency"
  | "countsEvents"
>;

const mostPerBatch = { standard: 10_000, fifo: 10 };

/** What streams have and queues have not. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html */
const ofStreams = [
  "BisectBatchOnFunctionError",
  "DestinationConfig",
  "MaximumRecordAgeInSeconds",
  "MaximumRetryAttempts",
  "ParallelizationFactor",
  "TumblingWindowInSeconds",
] as const;

/** What Fogbank has not. */
const refused = ["ProvisionedPollerConfig", "KMSKeyArn", "LoggingConfig"] as const;

/** Throws AWS's error. */
export function readMapping(
  input: Partial<Given>,
  operation: string,
  sourceArn: string,
  present: MappingSettings | undefined,
): MappingSettings {
  for (const member of ofStreams)
    if (input[member] !== undefined)
      throw invalidParameter(
        `Unsupported ${member} parameter for given event source mapping type.`,
      );
  for (const member of refused)
    if (input[member] !== undefined) throw notImplemented("lambda", operation, `with ${member}`);
  const isFifo = sourceArn.endsWith(".fifo");
  const batchSize = input.BatchSize ?? present?.batchSize ?? 10;
  const windowSeconds = input.MaximumBatchingWindowInSeconds ?? present?.windowSeconds ?? 0;
  if (batchSize > mostPerBatch[isFifo ? "fifo" : "standard"])
    throw invalidParameter(
      `BatchSize must be less than or equal to ${mostPerBatch[isFifo ? "fifo" : "standard"]}.`,
    );
  if (isFifo && windowSeconds > 0)
    throw invalidParameter("Batching window is not supported for FIFO queues.");
  if (batchSize > 10 && windowSeconds === 0)
    throw invalidParameter(
      "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
    );
  const filters = input.FilterCriteria
    ? (input.FilterCriteria.Filters ?? []).map(({ Pattern = "" }) => checkedPattern(Pattern))
    : (present?.filters ?? []);
  return {
    batchSize,
    windowSeconds,
    filters,
    reportsItemFailures: input.FunctionResponseTypes
      ? input.FunctionResponseTypes.includes("ReportBatchItemFailures")
      : (present?.reportsItemFailures ?? false),
    countsEvents: readMetrics(input, operation) ?? present?.countsEvents ?? false,
    maximumConcurrency: input.ScalingConfig
      ? input.ScalingConfig.MaximumConcurrency
      : present?.maximumConcurrency,
  };
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingMetricsConfig.html */
function readMetrics({ MetricsConfig }: Partial<Given>, operation: string): boolean | undefined {
  if (!MetricsConfig) return undefined;
  const metrics = MetricsConfig.Metrics ?? [];
  for (const metric of metrics)
    if (metric !== "EventCount")
      throw notImplemented("lambda", operation, `with ${metric} metrics`);
  return metrics.length > 0;
}

function checkedPattern(text: string): string {
  try {
    parseEventPattern(text);
    return text;
  } catch {
    throw invalidParameter("Invalid filter pattern definition.");
  }
}

/** The queue that is to be read. Throws NotImplemented for every other kind of source. */
export function readSource({
  EventSourceArn,
  SelfManagedEventSource,
}: Input<"lambda", "CreateEventSourceMapping">): string {
  if (EventSourceArn === undefined && SelfManagedEventSource === undefined)
    throw invalidParameter("Unrecognized event source.");
  if (EventSourceArn !== undefined && parseArn(EventSourceArn)?.service === "sqs")
    return EventSourceArn;
  const source = EventSourceArn ? parseArn(EventSourceArn)?.service : "self-managed Kafka";
  throw notImplemented(
    "lambda",
    "CreateEventSourceMapping",
    `for ${source ?? EventSourceArn}: queues of SQS are what is read here`,
  );
}

/** Throws AWS's error when there is no such queue, or it would bring messages again while they are worked on. */
export async function checkQueue(
  context: LambdaContext,
  sourceArn: string,
  timeoutSeconds: number,
): Promise<void> {
  const sqs = context.clients.sqs(asService(context, "lambda.amazonaws.com"));
  let timeout: number;
  try {
    const { Attributes } = await sqs.GetQueueAttributes({
      QueueUrl: queueUrl(context, sourceArn),
      AttributeNames: ["VisibilityTimeout"],
    });
    timeout = Number(Attributes?.["VisibilityTimeout"]);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(
      `Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist for this wsdl version.`,
    );
  }
  if (timeout < timeoutSeconds)
    throw invalidParameter(
      `Queue visibility timeout: ${timeout} seconds is less than Function timeout: ${timeoutSeconds} seconds`,
    );
}
