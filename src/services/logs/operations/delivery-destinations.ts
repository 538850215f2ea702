/** Places that logs which services vend can be delivered to: buckets and log groups. */
import type { DeliveryDestination } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "#services/kit/service.ts";
import { formatArn, parseArn } from "#services/kit/arn.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { deliveryDestinationNotFound, notSupported, validationFailed } from "../errors.ts";
import { pageOf } from "../paging.ts";
import { deliveryDestinations, type DeliveryDestinationRecord } from "../records.ts";
import type { LogsState } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliveryDestination.html */
export const putDeliveryDestination: Operation<
  "logs",
  "PutDeliveryDestination",
  LogsState
> = async (input, context) => {
  const { name = "", outputFormat, deliveryDestinationType: asked } = input;
  const resourceArn = input.deliveryDestinationConfiguration?.destinationResourceArn;
  if (asked === "XRAY") throw notSupported("delivery destinations of X-Ray");
  if (resourceArn === undefined)
    throw validationFailed("deliveryDestinationConfiguration is required.");
  const type = typeOf(resourceArn);
  if (asked !== undefined && asked !== type)
    throw validationFailed(`${resourceArn} is no destination of the type ${asked}.`);
  const record = await context.store.transaction(async (tx) => {
    const present = await deliveryDestinations.get(tx, context, name);
    if (present && outputFormat !== undefined && outputFormat !== present.outputFormat)
      throw validationFailed(
        "Update to existing Delivery Destination with new Output Format is not allowed",
      );
    const format = outputFormat ?? present?.outputFormat;
    const made: DeliveryDestinationRecord = {
      name,
      type,
      resourceArn,
      ...(format !== undefined && { outputFormat: format }),
      ...(present?.policy !== undefined && { policy: present.policy }),
      tags: { ...present?.tags, ...input.tags },
    };
    deliveryDestinations.put(tx, context, [name], made);
    return made;
  });
  return { deliveryDestination: describe(record, context) };
};

function typeOf(resourceArn: string): DeliveryDestinationRecord["type"] {
  const service = parseArn(resourceArn)?.service;
  if (service === "s3") return "S3";
  if (service === "logs") return "CWL";
  if (service === "firehose") throw notSupported("delivery destinations of Firehose");
  throw validationFailed(
    `${resourceArn} is not the ARN of a log group, a bucket or a delivery stream.`,
  );
}

function describe(record: DeliveryDestinationRecord, scope: Scope): DeliveryDestination {
  const { name, type, outputFormat, resourceArn, tags } = record;
  return {
    name,
    arn: formatArn("logs", scope, `delivery-destination:${name}`),
    deliveryDestinationType: type,
    ...(outputFormat !== undefined && { outputFormat }),
    deliveryDestinationConfiguration: { destinationResourceArn: resourceArn },
    ...(Object.keys(tags).length > 0 && { tags }),
  };
}

async function find(tx: Transaction, scope: Scope, name = ""): Promise<DeliveryDestinationRecord> {
  const found = await deliveryDestinations.get(tx, scope, name);
  if (!found) throw deliveryDestinationNotFound();
  return found;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetDeliveryDestination.html */
export const getDeliveryDestination: Operation<
  "logs",
  "GetDeliveryDestination",
  LogsState
> = async (input, context) => {
  const found = await context.store.transaction((tx) => find(tx, context, input.name));
  return { deliveryDestination: describe(found, context) };
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeDeliveryDestinations.html */
export const describeDeliveryDestinations: Operation<
  "logs",
  "DescribeDeliveryDestinations",
  LogsState
> = async (input, context) => {
  const all = await context.store.transaction((tx) => deliveryDestinations.list(tx, context));
  const page = pageOf(all, input, ({ name }) => name, validationFailed);
  return {
    deliveryDestinations: page.items.map((one) => describe(one, context)),
    ...page.next,
  };
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDeliveryDestination.html */
export const deleteDeliveryDestination: Operation<
  "logs",
  "DeleteDeliveryDestination",
  LogsState
> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const { name } = await find(tx, context, input.name);
    deliveryDestinations.delete(tx, context, name);
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliveryDestinationPolicy.html */
export const putDeliveryDestinationPolicy: Operation<
  "logs",
  "PutDeliveryDestinationPolicy",
  LogsState
> = async (input, context) => {
  const policy = input.deliveryDestinationPolicy ?? "";
  if (!isJsonObject(policy)) throw validationFailed("The policy must be a JSON object.");
  await context.store.transaction(async (tx) => {
    const found = await find(tx, context, input.deliveryDestinationName);
    deliveryDestinations.put(tx, context, [found.name], { ...found, policy });
  });
  return { policy: { deliveryDestinationPolicy: policy } };
};

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetDeliveryDestinationPolicy.html */
export const getDeliveryDestinationPolicy: Operation<
  "logs",
  "GetDeliveryDestinationPolicy",
  LogsState
> = async (input, context) => {
  const { policy } = await context.store.transaction((tx) =>
    find(tx, context, input.deliveryDestinationName),
  );
  return { policy: policy === undefined ? {} : { deliveryDestinationPolicy: policy } };
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDeliveryDestinationPolicy.html */
export const deleteDeliveryDestinationPolicy: Operation<
  "logs",
  "DeleteDeliveryDestinationPolicy",
  LogsState
> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const { policy: _, ...rest } = await find(tx, context, input.deliveryDestinationName);
    deliveryDestinations.put(tx, context, [rest.name], rest);
  });
  return {};
};
