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
import { createRetention } from "./reconcilers/retention.ts";

export const service = defineService<"logs">({
  name: "logs",
  operations: {
    CreateLogGroup: createLogGroup,
    CreateLogStream: createLogStream,
    DeleteLogGroup: deleteLogGroup,
    DeleteLogStream: deleteLogStream,
    DeleteRetentionPolicy: deleteRetentionPolicy,
    DescribeLogGroups: describeLogGroups,
    DescribeLogStreams: describeLogStreams,
    FilterLogEvents: filterLogEvents,
    GetLogEvents: getLogEvents,
    ListTagsForResource: listTagsForResource,
    ListTagsLogGroup: listTagsLogGroup,
    PutLogEvents: putLogEvents,
    PutRetentionPolicy: putRetentionPolicy,
    TagLogGroup: tagLogGroup,
    TagResource: tagResource,
    UntagLogGroup: untagLogGroup,
    UntagResource: untagResource,
  },
  reconcilers: (env) => [createRetention(env), createGraveyard(env)],
  differences: [
    {
      operation: "FilterLogEvents",
      differs:
        "Patterns of terms and regular expressions work; patterns over JSON and over fields answer NotImplemented.",
    },
  ],
});
