/** The port as strangers meet it: whatever arrives, the answer is AWS's, and nobody else's page gets one. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { request as httpRequest } from "node:http";
import { after, before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { CreateQueueCommand, ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { startCloud, type Cloud } from "#cloud/cloud.ts";

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

function ask(
  endpoint: string,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { method = "GET", headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${endpoint}${path}`, { method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

const scope = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=123456789012/20260105/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

describe("the gateway in open mode", () => {
  let cloud: Cloud;
  before(async () => {
    cloud = await startCloud({ compute: "simulated", logLevel: "silent" });
  });
  after(() => cloud.stop());

  test("tells its health, and under the names that peers' users know", async () => {
    for (const path of ["/_fogbank/health", "/_localstack/health"]) {
      const { status, body } = await ask(cloud.endpoint, path);
      assert.equal(status, 200);
      const { services } = JSON.parse(body) as { services: Record<string, string> };
      assert.equal(services.sqs, "available");
    }
    assert.equal((await ask(cloud.endpoint, "/_fogbank/nothing")).status, 404);
  });

  test("a twelve-digit key names the account, any other the default one", async () => {
    const identity = async (accessKeyId: string) => {
      const credentials = { accessKeyId, secretAccessKey: "any" };
      const sts = new STSClient({ endpoint: cloud.endpoint, region: "us-east-1", credentials });
      return (await sts.send(new GetCallerIdentityCommand({}))).Account;
    };
    assert.equal(await identity("123456789012"), "123456789012");
    assert.equal(await identity("test"), "000000000000");
  });

  test("a region that AWS does not have is no empty cloud but a mistake", async () => {
    const signed = (service: string, region: string) => ({
      authorization: scope(service).replace("us-east-1", region),
    });
    const call = (region: string) =>
      ask(cloud.endpoint, "/?Action=GetCallerIdentity&Version=2011-06-15", {
        headers: signed("sts", region),
      });
    const mistaken = await call("us-est-1");
    assert.equal(mistaken.status, 403);
    assert.match(mistaken.body, /<Code>SignatureDoesNotMatch<\/Code>/);
    assert.match(
      mistaken.body,
      /Credential should be scoped to a valid region, not &apos;us-est-1&apos;\.|not 'us-est-1'\./,
    );
    for (const region of ["cn-north-1", "us-gov-west-1", "ap-southeast-7"])
      assert.equal((await call(region)).status, 200, region);
    const buckets = await ask(cloud.endpoint, "/", { headers: signed("s3", "local") });
    assert.equal(buckets.status, 400);
    assert.match(buckets.body, /<Code>AuthorizationHeaderMalformed<\/Code>/);
  });

  test("accounts and regions do not see each other's state", async () => {
    const client = (accessKeyId: string, region: string) =>
      new SQSClient({
        endpoint: cloud.endpoint,
        region,
        credentials: { accessKeyId, secretAccessKey: "x" },
      });
    await client("111111111111", "us-east-1").send(new CreateQueueCommand({ QueueName: "mine" }));
    const count = async (account: string, region: string) =>
      (await client(account, region).send(new ListQueuesCommand({}))).QueueUrls?.length ?? 0;
    assert.equal(await count("111111111111", "us-east-1"), 1);
    assert.equal(await count("111111111111", "eu-west-1"), 0);
    assert.equal(await count("222222222222", "us-east-1"), 0);
  });

  const refused: {
    what: string;
    path?: string;
    headers: Record<string, string>;
    body?: string;
    status: number;
    says: RegExp;
  }[] = [
    {
      what: "broken JSON",
      headers: {
        "x-amz-target": "AmazonSQS.CreateQueue",
        "content-type": "application/x-amz-json-1.0",
      },
      body: "{",
      status: 400,
      says: /"__type":"[^"]*SerializationException"/,
    },
    {
      what: "an operation that AWS does not have",
      headers: {
        "x-amz-target": "AmazonSQS.Juggle",
        "content-type": "application/x-amz-json-1.0",
      },
      body: "{}",
      status: 400,
      says: /UnknownOperationException/,
    },
    {
      what: "an operation that Fogbank does not have",
      headers: {
        "x-amz-target": "DynamoDB_20120810.CreateBackup",
        "content-type": "application/x-amz-json-1.0",
      },
      body: '{"TableName":"abc","BackupName":"def"}',
      status: 501,
      says: /does not implement dynamodb:CreateBackup/,
    },
    {
      what: "a service that Fogbank does not have",
      headers: {
        "x-amz-target": "AWSGlue.GetTables",
        "content-type": "application/x-amz-json-1.1",
      },
      body: "{}",
      status: 501,
      says: /does not have AWSGlue/,
    },
    {
      what: "a query without an action that exists",
      headers: {
        authorization: scope("sns"),
        "content-type": "application/x-www-form-urlencoded",
      },
      body: "Action=Juggle&Version=2010-03-31",
      status: 400,
      says: /<Code>InvalidAction<\/Code>/,
    },
    {
      what: "broken XML",
      path: "/bucket?versioning",
      headers: { authorization: scope("s3") },
      body: "<VersioningConfiguration><Status>",
      status: 400,
      says: /<Code>MalformedXML<\/Code>/,
    },
  ];
  for (const { what, path = "/", headers, body, status, says } of refused)
    test(`${what} is answered in the protocol of the request`, async () => {
      const method = path === "/" ? "POST" : "PUT";
      const answer = await ask(cloud.endpoint, path, { method, headers, body });
      assert.equal(answer.status, status, answer.body);
      assert.match(answer.body, says);
      const id = answer.headers["x-amzn-requestid"] ?? answer.headers["x-amz-request-id"];
      assert.match(String(id), /^[0-9a-f-]{36}$/);
    });

  test("bytes that are no HTTP get a 400 and the end of the connection", async () => {
    const { hostname, port } = new URL(cloud.endpoint);
    const text = await new Promise<string>((resolve, reject) => {
      let received = "";
      const socket = connect(Number(port), hostname, () => socket.write("\0\x01nonsense\r\n\r\n"));
      socket.on("data", (piece) => (received += String(piece)));
      socket.on("close", () => resolve(received));
      socket.on("error", reject);
    });
    assert.match(text, /^HTTP\/1\.1 400 /);
  });

  test("a name that somebody else's DNS may hold gets no answer", async () => {
    const evil = await ask(cloud.endpoint, "/_fogbank/health", {
      headers: { host: "attacker.example" },
    });
    assert.equal(evil.status, 403);
    for (const host of [
      "localhost",
      "localhost.",
      "sqs.us-east-1.localhost.localstack.cloud",
      "127.0.0.1",
    ]) {
      const { status } = await ask(cloud.endpoint, "/_fogbank/health", { headers: { host } });
      assert.equal(status, 200, host);
    }
  });

  test("a bucket that is named as a domain is a website there, and nothing else is", async () => {
    const put = (path: string, body = "") =>
      ask(cloud.endpoint, path, {
        method: "PUT",
        body,
        headers: { authorization: scope("s3"), "content-length": String(body.length) },
      });
    await put("/site.example");
    await put("/site.example/index.html", "welcome");
    const visit = (path: string, host = "site.example:4566") =>
      ask(cloud.endpoint, path, { headers: { host } });
    assert.match((await visit("/")).body, /does not answer to the host "site\.example:4566"/);
    await put(
      "/site.example?website",
      "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>",
    );
    const { status, body } = await visit("/");
    assert.deepEqual([status, /AccessDenied/.test(body)], [403, true]);
    await ask(cloud.endpoint, "/site.example?publicAccessBlock", {
      method: "DELETE",
      headers: { authorization: scope("s3") },
    });
    await put(
      "/site.example?policy",
      '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::site.example/*"}]}',
    );
    assert.equal((await visit("/")).body, "welcome");
    const api = await visit("/?Action=GetCallerIdentity&Version=2011-06-15");
    assert.equal(api.body, "welcome");
    assert.equal((await visit("/", "other.example")).status, 403);
  });

  test("a page from elsewhere may not call; one from this machine may, and can read the answer", async () => {
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      authorization: scope("sqs"),
    };
    const body = "Action=ListQueues&Version=2012-11-05";
    const call = (origin: string) =>
      ask(cloud.endpoint, "/", { method: "POST", headers: { ...headers, origin }, body });
    assert.equal((await call("https://attacker.example")).status, 403);
    const own = await call("http://localhost:3000");
    assert.equal(own.status, 200);
    assert.equal(own.headers["access-control-allow-origin"], "http://localhost:3000");
    const preflight = await ask(cloud.endpoint, "/", {
      method: "OPTIONS",
      headers: {
        origin: "http://localhost:3000",
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-amz-target",
      },
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers["access-control-allow-headers"], "x-amz-target");
  });

  test("a browser at the root is told what this is; AWS's clients and a bucket's visitors are not", async () => {
    const accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    const { host } = new URL(cloud.endpoint);
    const visit = (path: string, headers: Record<string, string> = {}, method = "GET") =>
      ask(cloud.endpoint, path, { method, headers: { accept, ...headers } });
    const page = await visit("/");
    assert.equal(page.status, 200);
    assert.equal(page.headers["content-type"], "text/html; charset=utf-8");
    assert.match(page.body, new RegExp(`export AWS_ENDPOINT_URL=http://${host}\n`));
    const named = await visit("/", { host: "fog'bank:80" });
    assert.match(named.body, /AWS_ENDPOINT_URL=http:\/\/fog&apos;bank:80\n/);
    for (const others of [
      visit("/", { accept: "*/*" }),
      visit("/", { authorization: scope("s3") }),
      visit("/?list-type=2"),
      visit("/bucket"),
      visit("/", { host: `bucket.s3.localhost:4566` }),
      visit("/", { host: `bucket.localhost:4566` }),
      visit("/", { origin: "http://localhost:3000" }),
      visit("/", { "content-type": "application/x-www-form-urlencoded" }, "POST"),
    ]) {
      const answer = await others;
      assert.notEqual(answer.headers["content-type"], page.headers["content-type"]);
      assert.doesNotMatch(answer.body, /<html/);
    }
  });

  test("there are no other endpoints of Fogbank's own than those that it has", async () => {
    for (const name of ["nothing", "__proto__", "constructor", "toString"])
      assert.equal((await ask(cloud.endpoint, `/_fogbank/${name}`)).status, 404, name);
  });

  test("a reset forgets everything", async () => {
    const sqs = new SQSClient({
      endpoint: cloud.endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "333333333333", secretAccessKey: "x" },
    });
    await sqs.send(new CreateQueueCommand({ QueueName: "gone" }));
    const { status } = await ask(cloud.endpoint, "/_fogbank/reset", { method: "POST" });
    assert.equal(status, 200);
    assert.equal((await sqs.send(new ListQueuesCommand({}))).QueueUrls, undefined);
  });
});

test("an upload that breaks off is the client's affair, and no line in the log", async (t) => {
  const cloud = await startCloud({ compute: "simulated", logLevel: "error" });
  t.after(() => cloud.stop());
  const lines: string[] = [];
  t.mock.method(process.stderr, "write", (line: string) => lines.push(line));
  const { hostname, port } = new URL(cloud.endpoint);
  const upload = async (bytes: string, how: "end" | "destroy" | "wait") => {
    const head = `PUT /bucket/key HTTP/1.1\r\nHost: localhost\r\n`;
    const socket = connect(Number(port), hostname);
    const closed = once(socket.on("error", () => {}).resume(), "close");
    socket.write(`${head}${bytes}`);
    await setTimeout(50);
    if (how === "wait") socket.write("no chunk");
    else socket[how]();
    await closed;
    await setTimeout(50);
  };
  await ask(cloud.endpoint, "/bucket", { method: "PUT" });
  const long = `Content-Length: 1000000\r\n\r\n${"x".repeat(100_000)}`;
  for (const how of ["end", "destroy"] as const) await upload(long, how);
  await upload("Transfer-Encoding: chunked\r\n\r\n1\r\nx", "wait");
  assert.equal((await ask(cloud.endpoint, "/bucket/key")).status, 404);
  assert.deepEqual(lines, []);
});

describe("the gateway's clock", () => {
  test("shows and moves cloud time", async () => {
    const cloud = await startCloud({ compute: "simulated", clock: "virtual", logLevel: "silent" });
    try {
      const read = async () =>
        JSON.parse((await ask(cloud.endpoint, "/_fogbank/clock")).body) as {
          now: string;
          mode: string;
        };
      const first = await read();
      assert.equal(first.mode, "virtual");
      const moved = await ask(cloud.endpoint, "/_fogbank/clock", {
        method: "POST",
        body: '{"advance":"15m"}',
      });
      assert.equal(moved.status, 200);
      assert.equal(Date.parse((await read()).now) - Date.parse(first.now), 900_000);
      for (const body of [
        "",
        '{"advance":"soon"}',
        '{"advance":5}',
        '{"advance":"999999999999d"}',
      ]) {
        const bad = await ask(cloud.endpoint, "/_fogbank/clock", { method: "POST", body });
        assert.equal(bad.status, 400);
      }
    } finally {
      await cloud.stop();
    }
  });
});

describe("the gateway in signed mode", () => {
  let cloud: Cloud;
  const root = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "root-secret" };

  before(async () => {
    process.env.FOGBANK_ROOT_ACCESS_KEY_ID = root.accessKeyId;
    process.env.FOGBANK_ROOT_SECRET_ACCESS_KEY = root.secretAccessKey;
    cloud = await startCloud({ compute: "simulated", auth: "signed", logLevel: "silent" });
  });
  after(async () => {
    delete process.env.FOGBANK_ROOT_ACCESS_KEY_ID;
    delete process.env.FOGBANK_ROOT_SECRET_ACCESS_KEY;
    await cloud.stop();
  });

  const sts = (credentials: typeof root) =>
    new STSClient({ endpoint: cloud.endpoint, region: "us-east-1", credentials });

  test("the root's key opens, and makes users whose keys open too", async () => {
    const { Arn } = await sts(root).send(new GetCallerIdentityCommand({}));
    assert.equal(Arn, "arn:aws:iam::000000000000:root");
    const iam = new IAMClient({
      endpoint: cloud.endpoint,
      region: "us-east-1",
      credentials: root,
    });
    await iam.send(new CreateUserCommand({ UserName: "ada" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "ada" }));
    const ada = {
      accessKeyId: AccessKey?.AccessKeyId ?? "",
      secretAccessKey: AccessKey?.SecretAccessKey ?? "",
    };
    const identity = await sts(ada).send(new GetCallerIdentityCommand({}));
    assert.equal(identity.Arn, "arn:aws:iam::000000000000:user/ada");
  });

  test("a wrong secret, an unknown key and no signature at all are refused by name", async () => {
    const call = (credentials: typeof root) =>
      sts(credentials).send(new GetCallerIdentityCommand({}));
    await assert.rejects(call({ ...root, secretAccessKey: "wrong" }), {
      name: "SignatureDoesNotMatch",
    });
    await assert.rejects(call({ accessKeyId: "AKIAUNKNOWNUNKNOWN00", secretAccessKey: "x" }), {
      name: "InvalidClientTokenId",
    });
    const unsigned = await ask(cloud.endpoint, "/", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "Action=GetCallerIdentity&Version=2011-06-15",
    });
    assert.equal(unsigned.status, 403);
    assert.match(unsigned.body, /MissingAuthenticationToken/);
  });

  test("a browser at the root is told which key it takes", async () => {
    const { body } = await ask(cloud.endpoint, "/", { headers: { accept: "text/html" } });
    assert.match(body, /signed with a key of this cloud/);
    assert.doesNotMatch(body, /=test /);
  });

  test("a clock that is off by more than fifteen minutes is told so", async () => {
    const client = new STSClient({
      endpoint: cloud.endpoint,
      region: "us-east-1",
      credentials: root,
      systemClockOffset: -20 * 60_000,
      maxAttempts: 1,
    });
    await assert.rejects(client.send(new GetCallerIdentityCommand({})), {
      name: /SignatureDoesNotMatch|RequestExpired|RequestTimeTooSkewed/,
    });
  });
});

test("an open door to the network is refused", async () => {
  await assert.rejects(startCloud({ host: "0.0.0.0" }), { message: /--auth signed/ });
});
