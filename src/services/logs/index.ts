/** Amazon CloudWatch Logs: groups, streams, events. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/ */
import { defineService } from "#services/kit/service.ts";
import { filterLogEvents } from "./operations/filter-log-events.ts";
import { getLogEvents } from "./operations/get-log-events.ts";
import {
  createLogGroup,
  deleteLogGroup,
  deleteRetentionPolicy,
  describeLogGroups,
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
import { createGraveyard } from "./reconcilers/graveyard.ts";
import { createMetricData } from "./reconcilers/metric-data.ts";
import { createRetention } from "./reconcilers/retention.ts";

export const service = defineService<"logs">({
  name: "logs",
  operations: {
    CreateLogGroup: createLogGroup,
    CreateLogStream: createLogStream,
    DeleteLogGroup: deleteLogGroup,
    DeleteLogStream: deleteLogStream,
    DeleteMetricFilter: deleteMetricFilter,
    DeleteRetentionPolicy: deleteRetentionPolicy,
    DescribeLogGroups: describeLogGroups,
    DescribeLogStreams: describeLogStreams,
    DescribeMetricFilters: describeMetricFilters,
    FilterLogEvents: filterLogEvents,
    GetLogEvents: getLogEvents,
    ListTagsForResource: listTagsForResource,
    ListTagsLogGroup: listTagsLogGroup,
    PutLogEvents: putLogEvents,
    PutMetricFilter: putMetricFilter,
    PutRetentionPolicy: putRetentionPolicy,
    TagLogGroup: tagLogGroup,
    TagResource: tagResource,
    TestMetricFilter: testMetricFilter,
    UntagLogGroup: untagLogGroup,
    UntagResource: untagResource,
  },
  reconcilers: (env) => [createRetention(env), createGraveyard(env), createMetricData(env)],
  differences: [
    {
      operation: "PutMetricFilter",
      differs:
        "A default value counts once for every event without a match; AWS reports it for minutes without any match. Log transformers and system fields are refused.",
    },
  ],
});
