/** Amazon DynamoDB: tables, items, indexes, transactions. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/ */
import { defineService } from "#services/kit/service.ts";
import { batchGetItem } from "./operations/batch-get-item.ts";
import { batchWriteItem } from "./operations/batch-write-item.ts";
import { createTable } from "./operations/create-table.ts";
import { deleteItem } from "./operations/delete-item.ts";
import { describeContinuousBackups } from "./operations/describe-continuous-backups.ts";
import {
  describeContributorInsights,
  describeKinesisStreamingDestination,
} from "./operations/nothing-attached.ts";
import { getItem } from "./operations/get-item.ts";
import { putItem } from "./operations/put-item.ts";
import { query } from "./operations/query.ts";
import { scan } from "./operations/scan.ts";
import {
  deleteTable,
  describe,
  describeEndpoints,
  describeLimits,
  listTables,
} from "./operations/tables.ts";
import { listTagsOfResource, tagResource, untagResource } from "./operations/tags.ts";
import { describeTimeToLive, updateTimeToLive } from "./operations/time-to-live.ts";
import { transactGetItems } from "./operations/transact-get-items.ts";
import { transactWriteItems } from "./operations/transact-write-items.ts";
import { updateItem } from "./operations/update-item.ts";
import { updateTable } from "./operations/update-table.ts";
import { createGraveyard } from "./reconcilers/graveyard.ts";
import { createTableReconciler } from "./reconcilers/table.ts";
import { createTimeToLive } from "./reconcilers/time-to-live.ts";
import { startSensors } from "./sensors.ts";
import { createDynamoState, type DynamoState } from "./state.ts";

export const service = defineService<"dynamodb", DynamoState>({
  name: "dynamodb",
  operations: {
    BatchGetItem: batchGetItem,
    BatchWriteItem: batchWriteItem,
    CreateTable: createTable,
    DeleteItem: deleteItem,
    DeleteTable: deleteTable,
    DescribeContinuousBackups: describeContinuousBackups,
    DescribeContributorInsights: describeContributorInsights,
    DescribeEndpoints: describeEndpoints,
    DescribeKinesisStreamingDestination: describeKinesisStreamingDestination,
    DescribeLimits: describeLimits,
    DescribeTable: describe,
    DescribeTimeToLive: describeTimeToLive,
    GetItem: getItem,
    ListTables: listTables,
    ListTagsOfResource: listTagsOfResource,
    PutItem: putItem,
    Query: query,
    Scan: scan,
    TagResource: tagResource,
    TransactGetItems: transactGetItems,
    TransactWriteItems: transactWriteItems,
    UntagResource: untagResource,
    UpdateItem: updateItem,
    UpdateTable: updateTable,
    UpdateTimeToLive: updateTimeToLive,
  },
  createState: createDynamoState,
  reconcilers: (env) => [createTableReconciler(env), createTimeToLive(env), createGraveyard(env)],
  start: (env, state) => {
    state.sensors = startSensors(env, state);
  },
  stop: (_env, state) => state.sensors?.stop(),
  differences: [
    {
      operation: "CreateTable",
      differs:
        "A table is ACTIVE as soon as its creation was answered; AWS takes seconds, so wait for it. Streams, resource policies, warm throughput, on-demand limits and index keys of several attributes are refused. A restart fills the burst capacity of provisioned tables.",
    },
    { operation: "GetItem", differs: "Eventually consistent reads are always consistent." },
    {
      operation: "PutItem",
      differs:
        "Throughput is counted for a table or index as a whole, without partitions and their own limits; in metrics of on-demand tables, what writes to indexes cost is left out.",
    },
    {
      operation: "UpdateTimeToLive",
      differs:
        "Expired items are deleted within a minute of cloud time; AWS takes up to a few days.",
    },
  ],
});
