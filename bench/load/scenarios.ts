/** The calls that are measured, and what must be there before. */
import { jsonCall, queryCall, signedRequest } from "./sign.ts";

const keys = Array.from({ length: 500 }, (_, index) => `key-${index}`);

export interface Scenario {
  title: string;
  /** What issue and roadmap ask for; undefined for information only. */
  atLeast?: number;
  /** Calls that make what the requests need. */
  prepare?: () => Buffer[];
  requests: () => Buffer[];
}

const sqs = (operation: string, input: object) => jsonCall("sqs", `AmazonSQS.${operation}`, input);
const dynamodb = (operation: string, input: object) =>
  jsonCall("dynamodb", `DynamoDB_20120810.${operation}`, input);
const queueUrl = (name: string) => `http://127.0.0.1:4566/000000000000/${name}`;
const item = (id: string) => ({ id: { S: id }, data: { S: "x".repeat(1000) } });
const putItems = (TableName: string) =>
  keys.map((id) => dynamodb("PutItem", { TableName, Item: item(id) }));
const createTable = (TableName: string) =>
  dynamodb("CreateTable", {
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  });
const s3 = (method: "GET" | "PUT", path: string, body?: string) =>
  signedRequest({ service: "s3", method, path, ...(body !== undefined && { body }) });
const putObjects = (bucket: string) =>
  keys.map((key) => s3("PUT", `/${bucket}/${key}`, "x".repeat(1024)));
const topicArn = "arn:aws:sns:us-east-1:000000000000:bench";
const fiveQueues = ["a", "b", "c", "d", "e"].map((name) => `fan-${name}`);

export const scenarios: Record<string, Scenario> = {
  sts: {
    title: "STS GetCallerIdentity",
    atLeast: 1.1,
    requests: () =>
      keys.map(() => queryCall("sts", { Action: "GetCallerIdentity", Version: "2011-06-15" })),
  },
  "sqs-send": {
    title: "SQS SendMessage, 256 B",
    atLeast: 0.85,
    prepare: () => [sqs("CreateQueue", { QueueName: "bench" })],
    requests: () =>
      keys.map(() =>
        sqs("SendMessage", { QueueUrl: queueUrl("bench"), MessageBody: "x".repeat(256) }),
      ),
  },
  "dynamodb-get": {
    title: "DynamoDB GetItem, 1 KB",
    atLeast: 0.85,
    prepare: () => [createTable("read"), ...putItems("read")],
    requests: () =>
      keys.map((id) => dynamodb("GetItem", { TableName: "read", Key: { id: { S: id } } })),
  },
  "dynamodb-put": {
    title: "DynamoDB PutItem, 1 KB",
    atLeast: 0.35,
    prepare: () => [createTable("written")],
    requests: () => putItems("written"),
  },
  "s3-get": {
    title: "S3 GET, 1 KB",
    atLeast: 0.4,
    prepare: () => [s3("PUT", "/read"), ...putObjects("read")],
    requests: () => keys.map((key) => s3("GET", `/read/${key}`)),
  },
  "s3-put": {
    title: "S3 PUT, 1 KB",
    prepare: () => [s3("PUT", "/written")],
    requests: () => putObjects("written"),
  },
  "sns-five": {
    title: "SNS Publish to five queues",
    prepare: () => [
      queryCall("sns", { Action: "CreateTopic", Version: "2010-03-31", Name: "bench" }),
      ...fiveQueues.flatMap((name) => [
        sqs("CreateQueue", { QueueName: name }),
        queryCall("sns", {
          Action: "Subscribe",
          Version: "2010-03-31",
          TopicArn: topicArn,
          Protocol: "sqs",
          Endpoint: `arn:aws:sqs:us-east-1:000000000000:${name}`,
        }),
      ]),
    ],
    requests: () => [
      queryCall("sns", {
        Action: "Publish",
        Version: "2010-03-31",
        TopicArn: topicArn,
        Message: "x".repeat(256),
      }),
    ],
  },
};
