/** Flow logs. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFlowLogs.html */
import { AwsError } from "#model/error.ts";
import { dateOf } from "#runtime/date.ts";
import { asService } from "#services/kit/principal.ts";
import type { Ec2Context, Ec2Input, Ec2Operation, Ec2Operations } from "../../context.ts";
import { ec2Error, missingParameter, unsupportedParameter } from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { findByToken, rememberTokenForADay, tokenLifeMs } from "../../idempotency.ts";
import { newId } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { tagsFor } from "../../tags.ts";
import { defaultFormat, fieldsOf } from "../flow-logs/format.ts";
import { flowLogs, type FlowLogRecord } from "../flow-logs/records.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds } from "../kinds.ts";
import { tagsShape } from "../shapes.ts";

const invalid = (message: string) => ec2Error("InvalidParameter", message);

type Input = Ec2Input<"CreateFlowLogs">;
type Destination = FlowLogRecord["destination"];

function destinationOf(input: Input): Destination {
  const { LogDestination: arn, LogGroupName: group } = input;
  const type = input.LogDestinationType ?? "cloud-watch-logs";
  if (type === "kinesis-data-firehose") throw unsupportedParameter("LogDestinationType");
  if (input.DestinationOptions?.FileFormat === "parquet")
    throw unsupportedParameter("DestinationOptions.FileFormat");
  if (arn === undefined && group === undefined)
    throw invalid("LogDestination can't be empty if LogGroupName is not provided.");
  if (type === "s3") {
    if (group !== undefined)
      throw invalid("LogDestination type must be cloud-watch-logs if LogGroupName is provided.");
    const [, path = ""] = /^arn:[^:]+:s3:::(.+)$/.exec(arn!) ?? [];
    const [bucket = "", ...rest] = path.split("/");
    if (bucket === "") throw invalid(`LogDestination: ${arn} is not a valid ARN.`);
    return {
      type,
      arn: arn!,
      bucket,
      prefix: rest.filter(Boolean).join("/"),
      hourly: input.DestinationOptions?.PerHourPartition ?? false,
      hive: input.DestinationOptions?.HiveCompatiblePartitions ?? false,
    };
  }
  if (group !== undefined && arn !== undefined)
    throw invalid("Please only provide LogGroupName or only provide LogDestination.");
  const roleArn = input.DeliverLogsPermissionArn;
  if (roleArn === undefined)
    throw invalid(
      "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.",
    );
  const named = group ?? /:log-group:([^:]+)/.exec(arn!)?.[1];
  if (named === undefined) throw invalid(`LogDestination: ${arn} is not a valid ARN.`);
  return { type, logGroupName: named, ...(arn !== undefined && { arn }), roleArn };
}

const kindOf = {
  VPC: kinds.vpc,
  Subnet: kinds.subnet,
  NetworkInterface: kinds.networkInterface,
} as const;

function optionsOf(input: Input) {
  const destination = destinationOf(input);
  const interval = input.MaxAggregationInterval ?? 600;
  if (interval !== 60 && interval !== 600)
    throw invalid("Invalid Flow Log Max Aggregation Interval");
  const format = input.LogFormat ?? defaultFormat;
  if (!fieldsOf(format)) throw invalid("Unknown fields provided");
  if (input.TrafficType === undefined) throw missingParameter("trafficType");
  const { ResourceType: resourceType } = input;
  if (!Object.hasOwn(kindOf, resourceType!)) throw unsupportedParameter("ResourceType");
  return {
    destination,
    format,
    maxAggregationSeconds: interval === 60 ? (60 as const) : (600 as const),
    trafficType: input.TrafficType,
    resourceType: resourceType as FlowLogRecord["resourceType"],
  };
}

async function hasBucket(context: Ec2Context, bucket: string): Promise<boolean> {
  try {
    await context.clients
      .s3(asService(context, "delivery.logs.amazonaws.com"))
      .HeadBucket({ Bucket: bucket });
    return true;
  } catch (error) {
    if (error instanceof AwsError) return error.status !== 404;
    throw error;
  }
}

const create: Ec2Operation<"CreateFlowLogs"> = async (input, context) => {
  const options = optionsOf(input);
  const { destination } = options;
  const tags = tagsFor("vpc-flow-log", input.TagSpecifications, context.principal);
  const resourceIds = input.ResourceIds!;
  if (destination.type === "s3" && !(await hasBucket(context, destination.bucket)))
    return {
      FlowLogIds: [],
      Unsuccessful: resourceIds.map((ResourceId) => ({
        ResourceId,
        Error: { Code: "400", Message: `LogDestination: ${destination.bucket} does not exist.` },
      })),
    };
  const { ClientToken: token, ...parameters } = input;
  const ids = await inNetwork(context, async (tx) => {
    const earlier = await findByToken(
      tx,
      context,
      "CreateFlowLogs",
      token,
      parameters,
      tokenLifeMs,
    );
    if (earlier) return earlier.split(" ");
    const present = await flowLogs.list(tx, context);
    const made: string[] = [];
    for (const resourceId of resourceIds) {
      const kind = kindOf[options.resourceType] as typeof kinds.vpc;
      await find(tx, context, kind, resourceId);
      if (present.some((one) => one.resourceId === resourceId && sameLog(one, options)))
        throw ec2Error(
          "FlowLogAlreadyExists",
          "Error. There is an existing Flow Log with the same configuration and log destination.",
        );
      const flowLogId = newId(context.random, "fl");
      const createdMs = context.clock.now();
      flowLogs.put(tx, context, [flowLogId], {
        flowLogId,
        resourceId,
        ...options,
        createdMs,
        tags,
      });
      made.push(flowLogId);
    }
    await rememberTokenForADay(tx, context, "CreateFlowLogs", token, parameters, made.join(" "));
    return made;
  });
  return { FlowLogIds: ids, Unsuccessful: [], ClientToken: token };
};

function sameLog(one: FlowLogRecord, other: ReturnType<typeof optionsOf>): boolean {
  const keyOf = (destination: Destination) =>
    destination.type === "s3" ? destination.arn : destination.logGroupName;
  return (
    one.trafficType === other.trafficType &&
    one.destination.type === other.destination.type &&
    keyOf(one.destination) === keyOf(other.destination)
  );
}

const filters: FilterTable<FlowLogRecord> = {
  "deliver-log-status": (one) => statusOf(one),
  "flow-log-id": (one) => one.flowLogId,
  "log-destination-type": (one) => one.destination.type,
  "log-group-name": (one) =>
    one.destination.type === "cloud-watch-logs" ? one.destination.logGroupName : undefined,
  "resource-id": (one) => one.resourceId,
  "traffic-type": (one) => one.trafficType,
};

const statusOf = ({ deliveryError }: FlowLogRecord) =>
  deliveryError === undefined ? "SUCCESS" : "FAILED";

function shape(one: FlowLogRecord) {
  const { destination } = one;
  return {
    FlowLogId: one.flowLogId,
    FlowLogStatus: "ACTIVE",
    ResourceId: one.resourceId,
    TrafficType: one.trafficType,
    CreationTime: dateOf(one.createdMs),
    LogFormat: one.format,
    MaxAggregationInterval: one.maxAggregationSeconds,
    LogDestinationType: destination.type,
    DeliverLogsStatus: statusOf(one),
    ...(one.deliveryError !== undefined && { DeliverLogsErrorMessage: one.deliveryError }),
    ...(destination.type === "s3"
      ? {
          LogDestination: destination.arn,
          DestinationOptions: {
            FileFormat: "plain-text" as const,
            HiveCompatiblePartitions: destination.hive,
            PerHourPartition: destination.hourly,
          },
        }
      : {
          LogGroupName: destination.logGroupName,
          LogDestination: destination.arn,
          DeliverLogsPermissionArn: destination.roleArn,
        }),
    ...tagsShape(one.tags),
  };
}

const describe: Ec2Operation<"DescribeFlowLogs"> = async (input, context) => {
  const all = await context.store.transaction((tx) => flowLogs.list(tx, context));
  const ids = input.FlowLogIds;
  // Ids that are not there are left out.
  const named = ids?.length ? all.filter((one) => ids.includes(one.flowLogId)) : all;
  const found = applyFilters(named, input.Filter, filters, ({ tags }) => tags);
  const { items, NextToken } = pageOf(found, input, ({ flowLogId }) => flowLogId, { least: 1 });
  return { FlowLogs: items.map(shape), NextToken };
};

const notFound = (ids: readonly string[]) =>
  ec2Error(
    "InvalidFlowLogId.NotFound",
    `These flow log ids in the input list are not found: [TotalCount: ${ids.length}] ${ids.join(" ")}`,
  );

const remove: Ec2Operation<"DeleteFlowLogs"> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const missing: string[] = [];
    for (const id of input.FlowLogIds!)
      if (!(await flowLogs.get(tx, context, id))) missing.push(id);
    if (missing.length > 0) throw notFound(missing);
    for (const id of input.FlowLogIds!) flowLogs.delete(tx, context, id);
  });
  return { Unsuccessful: [] };
};

export const flowLogOperations: Ec2Operations = {
  CreateFlowLogs: create,
  DescribeFlowLogs: describe,
  DeleteFlowLogs: remove,
};
