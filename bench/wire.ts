/** What identify, decode and encode cost a small request, in microseconds of one core. */
import { loadModel } from "#model/load-model.ts";
import type { ServiceName } from "#model/sdk.ts";
import { createSdk } from "../src/wire/testing/sdk.ts";
import { decode, encode, identify } from "#wire/wire.ts";
import { createSigningKeys, verify } from "#wire/sigv4/index.ts";
import { createHmac, hash } from "node:crypto";

const rounds = 50_000;
const samples: [ServiceName, string, object, object][] = [
  [
    "sqs",
    "SendMessage",
    { QueueUrl: "http://127.0.0.1:4566/123456789012/q", MessageBody: "x".repeat(256) },
    { MessageId: "m", MD5OfMessageBody: "d" },
  ],
  ["sts", "GetCallerIdentity", {}, { UserId: "u", Account: "123456789012", Arn: "arn" }],
  [
    "dynamodb",
    "GetItem",
    { TableName: "t", Key: { id: { S: "a" } } },
    { Item: { id: { S: "a" }, data: { S: "x".repeat(1024) } } },
  ],
  [
    "dynamodb",
    "PutItem",
    { TableName: "t", Item: { id: { S: "a" }, data: { S: "x".repeat(1024) } } },
    {},
  ],
  [
    "ec2",
    "DescribeInstances",
    { InstanceIds: ["i-1"] },
    {
      Reservations: [
        {
          ReservationId: "r",
          Instances: [{ InstanceId: "i-1", State: { Code: 16, Name: "running" } }],
        },
      ],
    },
  ],
  [
    "s3",
    "GetObject",
    { Bucket: "b", Key: "k" },
    { ContentLength: 10, ETag: '"e"', Body: new Uint8Array(10) },
  ],
];

const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
for (const [service, operation, input, output] of samples) {
  const { facts } = await loadModel(service);
  const sdk = await createSdk(service);
  const plain = await sdk.send(operation, input);
  const scope = `20260105/us-east-1/${facts.signingName}/aws4_request`;
  const headers: Record<string, string> = {
    ...(plain.headers as Record<string, string>),
    "x-amz-date": "20260105T120000Z",
    ...(service === "s3" && { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" }),
    "user-agent":
      "aws-sdk-js/3.1169.0 ua/2.1 os/linux#6 lang/js md/nodejs#26.10.0 api/sqs#3.1169.0",
    authorization: `AWS4-HMAC-SHA256 Credential=AKID/${scope}, SignedHeaders=host;x-amz-date, Signature=`,
  };
  headers.authorization += signature();
  const request = { ...plain, headers };
  const keys = createSigningKeys();
  const nowMs = 1_767_614_400_000;
  const whole = () =>
    measure(async () => {
      const identified = identify(request);
      const body = await verify(identified, request, { secretAccessKey: secret }, { nowMs, keys });
      const decoded = await decode(identified, request, body);
      encode(decoded, output, { identified, request, requestId: "r" });
    });
  const wire = () =>
    measure(async () => {
      const identified = identify(request);
      const decoded = await decode(identified, request, request.body);
      encode(decoded, output, { identified, request, requestId: "r" });
    });
  const [wireMicros, wholeMicros] = [await wire(), await whole()];
  console.log(
    `${service} ${operation}: ${wireMicros.toFixed(1)} µs, with its signature ${wholeMicros.toFixed(1)} µs`,
  );

  function signature(): string {
    const [path, search = ""] = plain.target.split("?");
    const payload =
      service === "s3"
        ? "UNSIGNED-PAYLOAD"
        : hash("sha256", (plain.body as unknown as { bytes: Buffer }).bytes);
    const query = search.split("&").sort().join("&");
    const canonical = `${plain.method}\n${path}\n${query}\nhost:${headers.host}\nx-amz-date:20260105T120000Z\n\nhost;x-amz-date\n${payload}`;
    let key: Buffer | string = `AWS4${secret}`;
    for (const part of scope.split("/")) key = createHmac("sha256", key).update(part).digest();
    return createHmac("sha256", key)
      .update(`AWS4-HMAC-SHA256\n20260105T120000Z\n${scope}\n${hash("sha256", canonical)}`)
      .digest("hex");
  }
}

async function measure(run: () => Promise<void>): Promise<number> {
  for (let index = 0; index < 5000; index++) await run();
  const start = process.cpuUsage();
  for (let index = 0; index < rounds; index++) await run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / rounds;
}
