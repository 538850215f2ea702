import { pick } from "../properties.ts";
import { defineResourceType, type Properties } from "../resource-type.ts";

const settings = [
  "BatchSize",
  "Enabled",
  "FilterCriteria",
  "FunctionResponseTypes",
  "MaximumBatchingWindowInSeconds",
  "MetricsConfig",
  "ScalingConfig",
] as const;

/** What only streams and Kafka have, or Fogbank has not. */
const unsupported = Object.fromEntries(
  [
    "AmazonManagedKafkaEventSourceConfig",
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "DocumentDBEventSourceConfig",
    "KmsKeyArn",
    "LoggingConfig",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "ProvisionedPollerConfig",
    "Queues",
    "SelfManagedEventSource",
    "SelfManagedKafkaEventSourceConfig",
    "SourceAccessConfigurations",
    "StartingPosition",
    "StartingPositionTimestamp",
    "Topics",
    "TumblingWindowInSeconds",
  ].map((name) => [name, "queues of SQS are what is read here"]),
);

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html */
export const resourceType = defineResourceType({
  type: "AWS::Lambda::EventSourceMapping",
  unsupported,
  async create({ clients, properties, tags }) {
    const { UUID } = await clients.lambda.CreateEventSourceMapping({
      FunctionName: properties["FunctionName"],
      ...pick(properties, "EventSourceArn", ...settings),
      Tags: tags,
    });
    return UUID!;
  },
  async find({ clients, properties }) {
    const { FunctionName, EventSourceArn } = properties;
    const { EventSourceMappings = [] } = await clients.lambda.ListEventSourceMappings({
      FunctionName,
      EventSourceArn,
    });
    return EventSourceMappings[0]?.UUID;
  },
  async update({ clients, properties, physicalId: UUID }) {
    await clients.lambda.UpdateEventSourceMapping({
      UUID,
      FunctionName: properties["FunctionName"],
      ...defaults(properties),
    });
  },
  async delete({ clients, physicalId: UUID }) {
    await clients.lambda.DeleteEventSourceMapping({ UUID });
  },
  async attributes({ clients, physicalId: UUID }) {
    const found = await clients.lambda.GetEventSourceMapping({ UUID });
    return { Id: UUID, EventSourceMappingArn: found.EventSourceMappingArn };
  },
});

/** What the template names no more goes back to what it is without. */
function defaults(properties: Properties) {
  return {
    BatchSize: 10,
    Enabled: true,
    FilterCriteria: { Filters: [] },
    FunctionResponseTypes: [],
    MaximumBatchingWindowInSeconds: 0,
    MetricsConfig: {},
    ScalingConfig: {},
    ...pick(properties, ...settings),
  };
}
