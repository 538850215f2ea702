/** Notification configurations. https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html */
import type {
  NotificationConfiguration,
  NotificationConfigurationFilter,
} from "@aws-sdk/client-s3";
import type { Random } from "#runtime/random.ts";
import { parseArn } from "#services/kit/arn.ts";
import { invalidArgument, malformedXml, notImplementedHere } from "../errors.ts";
import type { BucketRecord } from "../records.ts";

/** One destination, whatever its kind. */
export interface Destination {
  id: string;
  target: { kind: keyof typeof kinds; arn: string };
  events: readonly string[];
  prefix: string;
  suffix: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html */
const delivered = new Set([
  "s3:ObjectCreated:*",
  "s3:ObjectCreated:Put",
  "s3:ObjectCreated:Post",
  "s3:ObjectCreated:Copy",
  "s3:ObjectCreated:CompleteMultipartUpload",
  "s3:ObjectRemoved:*",
  "s3:ObjectRemoved:Delete",
  "s3:ObjectRemoved:DeleteMarkerCreated",
  "s3:ObjectTagging:*",
  "s3:ObjectTagging:Put",
  "s3:ObjectTagging:Delete",
  "s3:ObjectAcl:Put",
  "s3:LifecycleExpiration:*",
  "s3:LifecycleExpiration:Delete",
  "s3:LifecycleExpiration:DeleteMarkerCreated",
  "s3:LifecycleTransition",
]);
const neverHappening =
  /^s3:(ReducedRedundancyLostObject|ObjectRestore:.*|Replication:.*|IntelligentTiering)$/;

export function readDestinations(configuration: NotificationConfiguration): Destination[] {
  const {
    QueueConfigurations = [],
    TopicConfigurations = [],
    LambdaFunctionConfigurations = [],
  } = configuration;
  return [
    ...QueueConfigurations.map(({ Id, QueueArn, Events, Filter }) =>
      destination("queue", Id, QueueArn, Events, Filter),
    ),
    ...TopicConfigurations.map(({ Id, TopicArn, Events, Filter }) =>
      destination("topic", Id, TopicArn, Events, Filter),
    ),
    ...LambdaFunctionConfigurations.map(({ Id, LambdaFunctionArn, Events, Filter }) =>
      destination("function", Id, LambdaFunctionArn, Events, Filter),
    ),
  ];
}

function destination(
  kind: keyof typeof kinds,
  id: string | undefined,
  arn: string | undefined,
  events: readonly string[] | undefined,
  filter: NotificationConfigurationFilter | undefined,
): Destination {
  if (arn === undefined || !events?.length) throw malformedXml();
  const rules = filter?.Key?.FilterRules ?? [];
  const ruleOf = (name: string) => rules.filter((rule) => rule.Name?.toLowerCase() === name);
  if (rules.some(({ Name }) => !/^(prefix|suffix)$/i.test(Name ?? "")))
    throw invalidArgument("filter rule name must be either prefix or suffix", "FilterRule.Name");
  if (ruleOf("prefix").length > 1 || ruleOf("suffix").length > 1)
    throw invalidArgument(
      "Cannot specify more than one prefix rule or suffix rule in a filter.",
      "FilterRule.Name",
    );
  return {
    id: id ?? "",
    target: { kind, arn },
    events,
    prefix: ruleOf("prefix")[0]?.Value ?? "",
    suffix: ruleOf("suffix")[0]?.Value ?? "",
  };
}

/** Gives the configuration an id for each part, and throws when it cannot be carried out. */
export function readNotification(
  given: NotificationConfiguration | undefined,
  bucket: BucketRecord,
  random: Random,
): NotificationConfiguration {
  const named = <T extends { Id?: string | undefined }>(list: readonly T[] | undefined) =>
    list?.map((item) => ({ ...item, Id: item.Id || random.uuid() }));
  const configuration: NotificationConfiguration = {};
  const queues = named(given?.QueueConfigurations);
  const topics = named(given?.TopicConfigurations);
  if (queues?.length) configuration.QueueConfigurations = queues;
  if (topics?.length) configuration.TopicConfigurations = topics;
  const functions = named(given?.LambdaFunctionConfigurations);
  if (functions?.length) configuration.LambdaFunctionConfigurations = functions;
  if (given?.EventBridgeConfiguration) configuration.EventBridgeConfiguration = {};
  const destinations = readDestinations(configuration);
  for (const { target, events } of destinations) {
    checkEvents(events);
    checkArn(target, bucket);
  }
  checkOverlaps(destinations);
  return JSON.parse(JSON.stringify(configuration)) as NotificationConfiguration;
}

function checkEvents(events: readonly string[]): void {
  for (const event of events) {
    if (delivered.has(event)) continue;
    if (neverHappening.test(event)) throw notImplementedHere(`the event ${event}`);
    throw invalidArgument("The event is not supported for notifications", "Event", event);
  }
}

/** Which service each is of, and what the configuration calls it. */
const kinds = {
  queue: { service: "sqs", member: "Queue" },
  topic: { service: "sns", member: "Topic" },
  function: { service: "lambda", member: "CloudFunction" },
} as const;

function checkArn({ kind, arn }: Destination["target"], bucket: BucketRecord): void {
  const parsed = parseArn(arn);
  const { service, member } = kinds[kind];
  if (!parsed || parsed.service !== service)
    throw invalidArgument("The ARN could not be parsed", member, arn);
  if (parsed.region !== bucket.region)
    throw invalidArgument(
      "The notification destination service region is not valid for the bucket location constraint",
      member,
      arn,
    );
}

function checkOverlaps(destinations: readonly Destination[]): void {
  for (const [index, one] of destinations.entries())
    for (const other of destinations.slice(index + 1)) {
      if (!one.events.some((event) => other.events.some((another) => share(event, another))))
        continue;
      const prefixes = one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix);
      const suffixes = one.suffix.endsWith(other.suffix) || other.suffix.endsWith(one.suffix);
      if (prefixes && suffixes)
        throw invalidArgument(
          "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.",
        );
    }
}

function share(a: string, b: string): boolean {
  return a === b || matchesEvent(a, b) || matchesEvent(b, a);
}

/** True when the pattern ("s3:ObjectCreated:*") stands for the event ("s3:ObjectCreated:Put"). */
export function matchesEvent(pattern: string, event: string): boolean {
  return pattern === event || (pattern.endsWith(":*") && event.startsWith(pattern.slice(0, -1)));
}
