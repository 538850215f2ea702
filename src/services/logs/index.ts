/** Amazon CloudWatch Logs: groups, streams, events. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/ */
import { publishMinuteCounters } from "#services/kit/minute-counters.ts";
import { defineService } from "#services/kit/service.ts";
import { differences } from "./differences.ts";
import {
  deleteDeliveryDestination,
  deleteDeliveryDestinationPolicy,
  describeDeliveryDestinations,
  getDeliveryDestination,
  getDeliveryDestinationPolicy,
  putDeliveryDestination,
  putDeliveryDestinationPolicy,
} from "./operations/delivery-destinations.ts";
import {
  deleteDeliverySource,
  describeDeliverySources,
  getDeliverySource,
  putDeliverySource,
} from "./operations/delivery-sources.ts";
import { filterLogEvents } from "./operations/filter-log-events.ts";
import { getLogEvents } from "./operations/get-log-events.ts";
import {
  createLogGroup,
  deleteLogGroup,
  deleteRetentionPolicy,
  describeLogGroups,
  putLogGroupDeletionProtection,
  putRetentionPolicy,
} from "./operations/groups.ts";
import {
  deleteMetricFilter,
  describeMetricFilters,
  putMetricFilter,
  testMetricFilter,
} from "./operations/metric-filters.ts";
import { putLogEvents } from "./operations/put-log-events.ts";
import { createLogStream, deleteLogStream, describeLogStreams } from "./operations/streams.ts";
import {
  listTagsForResource,
  listTagsLogGroup,
  tagLogGroup,
  tagResource,
  untagLogGroup,
  untagResource,
} from "./operations/tags.ts";
import {
  cancelExportTask,
  createExportTask,
  describeExportTasks,
} from "./operations/export-tasks.ts";
import { associateKmsKey, disassociateKmsKey } from "./operations/kms-keys.ts";
import { getLogGroupFields, getLogRecord } from "./operations/log-records.ts";
import { describeQueries, getQueryResults, startQuery, stopQuery } from "./operations/queries.ts";
import {
  deleteQueryDefinition,
  describeQueryDefinitions,
  putQueryDefinition,
} from "./operations/query-definitions.ts";
import {
  deleteResourcePolicy,
  describeResourcePolicies,
  putResourcePolicy,
} from "./operations/resource-policies.ts";
import { startLiveTail } from "./operations/start-live-tail.ts";
import {
  deleteSubscriptionFilter,
  describeSubscriptionFilters,
  putSubscriptionFilter,
} from "./operations/subscription-filters.ts";
import { createDefaultValues } from "./reconcilers/default-values.ts";
import { createExporter } from "./reconcilers/export.ts";
import { createGraveyard } from "./reconcilers/graveyard.ts";
import { createSubscriptions } from "./reconcilers/subscription.ts";
import { createMetricData } from "./reconcilers/metric-data.ts";
import { createQueryRunner } from "./reconcilers/query.ts";
import { createRetention } from "./reconcilers/retention.ts";

import { createLogsState, type LogsState } from "./state.ts";

export const service = defineService<"logs", LogsState>({
  name: "logs",
  operations: {
    AssociateKmsKey: associateKmsKey,
    CancelExportTask: cancelExportTask,
    CreateExportTask: createExportTask,
    CreateLogGroup: createLogGroup,
    CreateLogStream: createLogStream,
    DeleteDeliveryDestination: deleteDeliveryDestination,
    DeleteDeliveryDestinationPolicy: deleteDeliveryDestinationPolicy,
    DeleteDeliverySource: deleteDeliverySource,
    DeleteLogGroup: deleteLogGroup,
    DeleteLogStream: deleteLogStream,
    DeleteMetricFilter: deleteMetricFilter,
    DeleteQueryDefinition: deleteQueryDefinition,
    DeleteResourcePolicy: deleteResourcePolicy,
    DeleteRetentionPolicy: deleteRetentionPolicy,
    DeleteSubscriptionFilter: deleteSubscriptionFilter,
    DescribeDeliveryDestinations: describeDeliveryDestinations,
    DescribeDeliverySources: describeDeliverySources,
    DescribeExportTasks: describeExportTasks,
    DescribeLogGroups: describeLogGroups,
    DescribeLogStreams: describeLogStreams,
    DescribeMetricFilters: describeMetricFilters,
    DescribeQueries: describeQueries,
    DescribeQueryDefinitions: describeQueryDefinitions,
    DescribeResourcePolicies: describeResourcePolicies,
    DescribeSubscriptionFilters: describeSubscriptionFilters,
    DisassociateKmsKey: disassociateKmsKey,
    FilterLogEvents: filterLogEvents,
    GetDeliveryDestination: getDeliveryDestination,
    GetDeliveryDestinationPolicy: getDeliveryDestinationPolicy,
    GetDeliverySource: getDeliverySource,
    GetLogEvents: getLogEvents,
    GetLogGroupFields: getLogGroupFields,
    GetLogRecord: getLogRecord,
    GetQueryResults: getQueryResults,
    ListTagsForResource: listTagsForResource,
    ListTagsLogGroup: listTagsLogGroup,
    PutDeliveryDestination: putDeliveryDestination,
    PutDeliveryDestinationPolicy: putDeliveryDestinationPolicy,
    PutDeliverySource: putDeliverySource,
    PutLogEvents: putLogEvents,
    PutLogGroupDeletionProtection: putLogGroupDeletionProtection,
    PutMetricFilter: putMetricFilter,
    PutQueryDefinition: putQueryDefinition,
    PutResourcePolicy: putResourcePolicy,
    PutRetentionPolicy: putRetentionPolicy,
    PutSubscriptionFilter: putSubscriptionFilter,
    StartLiveTail: startLiveTail,
    StartQuery: startQuery,
    StopQuery: stopQuery,
    TagLogGroup: tagLogGroup,
    TagResource: tagResource,
    TestMetricFilter: testMetricFilter,
    UntagLogGroup: untagLogGroup,
    UntagResource: untagResource,
  },
  createState: createLogsState,
  start: (env, state) => {
    state.sensors = publishMinuteCounters(env, state.counters, {
      namespace: "AWS/Logs",
      service: "logs.amazonaws.com",
    });
  },
  stop: (_env, state) => state.sensors?.stop(),
  reconcilers: (env, state) => [
    createRetention(env),
    createGraveyard(env),
    createDefaultValues(env),
    createMetricData(env),
    createSubscriptions(env, state),
    createQueryRunner(env),
    createExporter(env),
  ],
  differences,
});
