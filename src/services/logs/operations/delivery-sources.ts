/** Resources whose logs can be delivered: Network Load Balancers. */
import type { DeliverySource } from "@aws-sdk/client-cloudwatch-logs";
import type { Context, Operation } from "#services/kit/service.ts";
import { AwsError } from "#model/error.ts";
import { formatArn, parseArn } from "#services/kit/arn.ts";
import { asService } from "#services/kit/principal.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import {
  deliverySourceNotFound,
  notSupported,
  resourceNotFound,
  validationFailed,
} from "../errors.ts";
import { pageOf } from "../paging.ts";
import { deliverySources, type DeliverySourceRecord } from "../records.ts";
import type { LogsState } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliverySource.html */
export const putDeliverySource: Operation<"logs", "PutDeliverySource", LogsState> = async (
  input,
  context,
) => {
  const { name = "", resourceArn = "", logType = "" } = input;
  if (input.deliverySourceConfiguration)
    throw notSupported("the configuration of delivery sources");
  const service = parseArn(resourceArn)?.service;
  if (service === undefined) throw validationFailed(`Invalid resource ARN: ${resourceArn}`);
  if (service !== "elasticloadbalancing") throw notSupported(`delivery sources of ${service}`);
  // "For Network Load Balancer, the valid value is NLB_ACCESS_LOGS."
  if (logType !== "NLB_ACCESS_LOGS")
    throw validationFailed(`The log type ${logType} is not valid for ${service}.`);
  await requireBalancer(context, resourceArn);
  const record = await context.store.transaction(async (tx) => {
    const present = await deliverySources.get(tx, context, name);
    const tags = { ...present?.tags, ...input.tags };
    const made = { name, service, resourceArn, logType, tags };
    deliverySources.put(tx, context, [name], made);
    return made;
  });
  return { deliverySource: describe(record, context) };
};

async function requireBalancer(context: Context<LogsState>, arn: string): Promise<void> {
  const elbv2 = context.clients.elbv2(asService(context, "delivery.logs.amazonaws.com"));
  try {
    const { LoadBalancers = [] } = await elbv2.DescribeLoadBalancers({ LoadBalancerArns: [arn] });
    if (LoadBalancers.some(({ Type }) => Type === "network")) return;
  } catch (error) {
    if (error instanceof AwsError && error.code === "LoadBalancerNotFound")
      throw resourceNotFound(arn);
    throw error;
  }
  throw validationFailed(`${arn} is not the ARN of a Network Load Balancer.`);
}

function describe(record: DeliverySourceRecord, scope: Scope): DeliverySource {
  const { name, service, resourceArn, logType, tags } = record;
  return {
    name,
    arn: formatArn("logs", scope, `delivery-source:${name}`),
    resourceArns: [resourceArn],
    service,
    logType,
    ...(Object.keys(tags).length > 0 && { tags }),
  };
}

async function find(tx: Transaction, scope: Scope, name = ""): Promise<DeliverySourceRecord> {
  const found = await deliverySources.get(tx, scope, name);
  if (!found) throw deliverySourceNotFound();
  return found;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetDeliverySource.html */
export const getDeliverySource: Operation<"logs", "GetDeliverySource", LogsState> = async (
  input,
  context,
) => {
  const found = await context.store.transaction((tx) => find(tx, context, input.name));
  return { deliverySource: describe(found, context) };
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeDeliverySources.html */
export const describeDeliverySources: Operation<
  "logs",
  "DescribeDeliverySources",
  LogsState
> = async (input, context) => {
  const all = await context.store.transaction((tx) => deliverySources.list(tx, context));
  const page = pageOf(all, input, ({ name }) => name, validationFailed);
  return {
    deliverySources: page.items.map((one) => describe(one, context)),
    ...page.next,
  };
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDeliverySource.html */
export const deleteDeliverySource: Operation<"logs", "DeleteDeliverySource", LogsState> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const { name } = await find(tx, context, input.name);
    deliverySources.delete(tx, context, name);
  });
  return {};
};
