import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import type { Input } from "#model/sdk.ts";

interface Received {
  line: string;
  headers: IncomingMessage["headers"];
  body: string;
}

/** An endpoint that answers with the statuses in turn, the last of them for ever. */
async function createEndpoint(t: TestContext, ...statuses: number[]) {
  const received: Received[] = [];
  const server = createServer((request, reply) => {
    let body = "";
    request.on("data", (piece: Buffer) => (body += piece.toString()));
    request.on("end", () => {
      received.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
      reply.writeHead((statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 200).end();
    });
  }).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

type AuthParameters = Input<"events", "CreateConnection">["AuthParameters"];

async function createScene(
  t: TestContext,
  endpoint: string,
  more: {
    auth?: { type: "BASIC" | "API_KEY"; parameters: AuthParameters };
    destination?: Partial<Input<"events", "CreateApiDestination">>;
    target?: object;
  } = {},
) {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const events = cloud.clients.events(cloud.caller);
  const { type, parameters } = more.auth ?? {
    type: "API_KEY",
    parameters: { ApiKeyAuthParameters: { ApiKeyName: "x-key", ApiKeyValue: "open" } },
  };
  const { ConnectionArn } = await events.CreateConnection({
    Name: "partner",
    AuthorizationType: type,
    AuthParameters: parameters,
  });
  const { ApiDestinationArn } = await events.CreateApiDestination({
    Name: "orders",
    ConnectionArn,
    InvocationEndpoint: endpoint,
    HttpMethod: "POST",
    ...more.destination,
  });
  const { QueueUrl } = await cloud.clients.sqs(cloud.caller).CreateQueue({ QueueName: "dead" });
  await events.PutRule({ Name: "r", EventPattern: '{"source":["shop"]}' });
  await events.PutTargets({
    Rule: "r",
    Targets: [
      {
        Id: "t",
        Arn: ApiDestinationArn,
        DeadLetterConfig: { Arn: `arn:aws:sqs:us-east-1:${cloud.caller.account}:dead` },
        RetryPolicy: { MaximumRetryAttempts: 3 },
        ...more.target,
      },
    ],
  });
  return {
    cloud,
    events,
    put: (count = 1) =>
      events.PutEvents({
        Entries: Array.from({ length: count }, (_, n) => ({
          Source: "shop",
          DetailType: "order",
          Detail: JSON.stringify({ n }),
        })),
      }),
    async dead() {
      const { Messages = [] } = await cloud.clients
        .sqs(cloud.caller)
        .ReceiveMessage({ QueueUrl, MessageAttributeNames: ["All"] });
      return Messages.map(
        ({ MessageAttributes }) => MessageAttributes?.["ERROR_CODE"]?.StringValue,
      );
    },
  };
}

test("an event is posted with the connection's key and parameters, and the rule's", async (t) => {
  const { received, url } = await createEndpoint(t, 200);
  const scene = await createScene(t, `${url}/orders/*/events`, {
    auth: {
      type: "API_KEY",
      parameters: {
        ApiKeyAuthParameters: { ApiKeyName: "x-key", ApiKeyValue: "open" },
        InvocationHttpParameters: {
          HeaderParameters: [{ Key: "x-shop", Value: "7", IsValueSecret: true }],
          QueryStringParameters: [{ Key: "v", Value: "2", IsValueSecret: false }],
          BodyParameters: [{ Key: "from", Value: "shop", IsValueSecret: false }],
        },
      },
    },
    target: {
      InputPath: "$.detail",
      HttpParameters: {
        PathParameterValues: ["a b"],
        HeaderParameters: { "x-shop": "8", "x-rule": "r" },
        QueryStringParameters: { v: "1", w: "3" },
      },
    },
  });
  await scene.put();
  await scene.cloud.advance("5s");
  const [{ line, headers, body }] = received as [Received];
  assert.equal(line, "POST /orders/a%20b/events?v=2&w=3");
  assert.deepEqual([headers["x-key"], headers["x-shop"], headers["x-rule"]], ["open", "7", "r"]);
  assert.equal(headers["user-agent"], "Amazon/EventBridge/ApiDestinations");
  assert.deepEqual(JSON.parse(body), { n: 0, from: "shop" });
  const { AuthParameters } = await scene.events.DescribeConnection({ Name: "partner" });
  assert.deepEqual(AuthParameters, {
    ApiKeyAuthParameters: { ApiKeyName: "x-key" },
    InvocationHttpParameters: {
      HeaderParameters: [{ Key: "x-shop", IsValueSecret: true }],
      QueryStringParameters: [{ Key: "v", Value: "2", IsValueSecret: false }],
      BodyParameters: [{ Key: "from", Value: "shop", IsValueSecret: false }],
    },
  });
});

test("what is refused for good goes to the dead-letter queue, the rest is tried again", async (t) => {
  const shaky = await createEndpoint(t, 503, 429, 200);
  const scene = await createScene(t, shaky.url);
  await scene.put();
  await scene.cloud.advance("30m");
  assert.equal(shaky.received.length, 3);
  assert.deepEqual(await scene.dead(), []);
  const closed = await createEndpoint(t, 400);
  await scene.events.UpdateApiDestination({ Name: "orders", InvocationEndpoint: closed.url });
  await scene.put();
  await scene.cloud.advance("1m");
  assert.equal(closed.received.length, 1);
  assert.deepEqual(await scene.dead(), ["ERROR_FROM_TARGET"]);
});

test("requests keep to the destination's rate", async (t) => {
  const { received, url } = await createEndpoint(t, 200);
  const scene = await createScene(t, url, { destination: { InvocationRateLimitPerSecond: 2 } });
  await scene.put(10);
  await scene.cloud.advance("900ms");
  assert.equal(received.length, 2);
  await scene.cloud.advance("2s");
  assert.equal(received.length, 6);
  await scene.cloud.advance("10s");
  assert.equal(received.length, 10);
});

test("a connection keeps its secret in Secrets Manager, and without it nothing is sent", async (t) => {
  const { received, url } = await createEndpoint(t, 200);
  const scene = await createScene(t, url, {
    auth: {
      type: "BASIC",
      parameters: { BasicAuthParameters: { Username: "un", Password: "pw" } },
    },
  });
  const secrets = scene.cloud.clients.secretsmanager(scene.cloud.caller);
  const { SecretArn } = await scene.events.DescribeConnection({ Name: "partner" });
  const { SecretString } = await secrets.GetSecretValue({ SecretId: SecretArn! });
  assert.deepEqual(JSON.parse(SecretString!), { username: "un", password: "pw" });
  const { Name, OwningService } = await secrets.DescribeSecret({ SecretId: SecretArn! });
  assert.match(Name!, /^events!connection\/partner\//);
  assert.equal(OwningService, "events");
  await scene.put();
  await scene.cloud.advance("5s");
  assert.equal(received[0]!.headers.authorization, "Basic dW46cHc=");
  await scene.events.DeauthorizeConnection({ Name: "partner" });
  const destination = await scene.events.DescribeApiDestination({ Name: "orders" });
  assert.equal(destination.ApiDestinationState, "INACTIVE");
  await scene.put();
  await scene.cloud.advance("5s");
  assert.equal(received.length, 1);
  assert.deepEqual(await scene.dead(), ["NO_PERMISSIONS"]);
  await scene.events.UpdateConnection({
    Name: "partner",
    AuthParameters: { BasicAuthParameters: { Username: "un", Password: "other" } },
  });
  await scene.put();
  await scene.cloud.advance("5s");
  assert.equal(received[1]!.headers.authorization, "Basic dW46b3RoZXI=");
  await scene.events.DeleteConnection({ Name: "partner" });
  await assert.rejects(secrets.DescribeSecret({ SecretId: SecretArn! }), {
    code: "ResourceNotFoundException",
  });
  await assert.rejects(scene.events.DescribeConnection({ Name: "partner" }), {
    code: "ResourceNotFoundException",
    message: "Connection 'partner' does not exist.",
  });
});

test("parameters must suit the type, and what is not there is refused by name", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const events = cloud.clients.events(cloud.caller);
  const basic = { BasicAuthParameters: { Username: "un", Password: "pw" } };
  await assert.rejects(
    events.CreateConnection({ Name: "c", AuthorizationType: "API_KEY", AuthParameters: basic }),
    { code: "ValidationException" },
  );
  await assert.rejects(
    events.CreateConnection({
      Name: "c",
      AuthorizationType: "OAUTH_CLIENT_CREDENTIALS",
      AuthParameters: basic,
    }),
    { code: "NotImplemented" },
  );
  await assert.rejects(
    events.CreateApiDestination({
      Name: "d",
      ConnectionArn: `arn:aws:events:us-east-1:${cloud.caller.account}:connection/none/0000`,
      InvocationEndpoint: "https://example.com",
      HttpMethod: "GET",
    }),
    { code: "ResourceNotFoundException" },
  );
  await assert.rejects(events.DescribeApiDestination({ Name: "unknown" }), {
    message: "An api-destination 'unknown' does not exist.",
  });
});
