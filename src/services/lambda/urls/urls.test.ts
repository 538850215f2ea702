import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { AwsError } from "#model/error.ts";
import { readBody, WholeBody, type HttpRequest } from "#http/http.ts";
import { rootPrincipal } from "#services/kit/principal.ts";
import type { IdentifyCaller } from "#services/kit/service.ts";
import { createStage } from "../testing/stage.ts";

const echo = `export const handler = async (event) => event;`;

interface Asked {
  path?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  identify?: IdentifyCaller;
}

async function stage(t: TestContext, source: string, authType: "NONE" | "AWS_IAM" = "NONE") {
  const made = await createStage();
  const { cloud, lambda, create } = made;
  t.after(() => cloud.stop());
  await create("web", source);
  const { FunctionUrl } = await lambda.CreateFunctionUrlConfig({
    FunctionName: "web",
    AuthType: authType,
  });
  const allow = async () => {
    const statement = { FunctionName: "web", Principal: "*" };
    await lambda.AddPermission({
      ...statement,
      StatementId: "url",
      Action: "lambda:InvokeFunctionUrl",
      FunctionUrlAuthType: "NONE",
    });
    await lambda.AddPermission({
      ...statement,
      StatementId: "function",
      Action: "lambda:InvokeFunction",
      InvokedViaFunctionUrl: true,
    });
  };
  const ask = async (asked: Asked = {}, url = FunctionUrl!) => {
    const headers: Record<string, string> = { host: new URL(url).host, ...asked.headers };
    const request = {
      method: asked.method ?? "GET",
      target: asked.path ?? "/",
      headers,
      rawHeaders: Object.entries(headers).flat(),
      body: new WholeBody(Buffer.from(asked.body ?? "")),
      remoteAddress: "127.0.0.9",
      httpVersion: "1.1",
    } as unknown as HttpRequest;
    const site = cloud.host.sites().find((one) => one.matches(request));
    const reply = await site!.handle(request, asked.identify);
    const { body = "" } = reply;
    const text =
      typeof body === "string"
        ? body
        : body instanceof Uint8Array
          ? Buffer.from(body).toString()
          : (await readBody(body, 1e6)).toString();
    return { ...reply, text };
  };
  return { ...made, url: FunctionUrl!, allow, ask };
}

test("a URL has a host of its own and brings requests in payload format 2.0", async (t) => {
  const { ask, allow, url } = await stage(t, echo);
  assert.match(url, /^http:\/\/[a-z2-7]{32}\.lambda-url\.us-east-1\.localhost:4566\/$/);
  await allow();
  const { status, text, headers } = await ask({
    method: "POST",
    path: "/a%20b/c?x=1&x=2&y=%20",
    headers: { "content-type": "application/json", cookie: "a=1; b=2", "user-agent": "me" },
    body: '{"k":"é"}',
  });
  assert.deepEqual([status, headers["content-type"]], [200, "application/json"]);
  const event = JSON.parse(text);
  const { host } = new URL(url);
  const [domainName] = host.split(":");
  const [urlId] = domainName!.split(".");
  const { requestId, time, timeEpoch, ...context } = event.requestContext;
  assert.match(requestId, /^[0-9a-f-]{36}$/);
  assert.match(time, /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
  assert.equal(typeof timeEpoch, "number");
  assert.deepEqual(context, {
    accountId: "anonymous",
    apiId: urlId,
    domainName,
    domainPrefix: urlId,
    http: {
      method: "POST",
      path: "/a b/c",
      protocol: "HTTP/1.1",
      sourceIp: "127.0.0.9",
      userAgent: "me",
    },
    routeKey: "$default",
    stage: "$default",
  });
  assert.deepEqual(
    [event.version, event.rawPath, event.rawQueryString, event.cookies, event.body],
    ["2.0", "/a%20b/c", "x=1&x=2&y=%20", ["a=1", "b=2"], '{"k":"é"}'],
  );
  assert.deepEqual(event.queryStringParameters, { x: "1,2", y: " " });
  assert.equal(event.headers["x-forwarded-for"], "127.0.0.9");
  assert.equal(event.headers.host, host);
  const binary = JSON.parse((await ask({ method: "PUT", body: Buffer.from([0xff, 0]) })).text);
  assert.deepEqual([binary.body, binary.isBase64Encoded], ["/wA=", true]);
});

const answers: [what: string, source: string, expected: unknown[]][] = [
  ["a text", '"Hello"', [200, "application/json", undefined, '"Hello"']],
  ["an object", "{ a: 1 }", [200, "application/json", undefined, '{"a":1}']],
  [
    "status, fields and cookies",
    '{ statusCode: 201, headers: { "Content-Type": "text/plain", "X-A": 1 }, cookies: ["a=1", "b=2"], body: "made" }',
    [201, "text/plain", ["a=1", "b=2"], "made"],
  ],
  [
    "Base64",
    '{ statusCode: 200, body: "aGk=", isBase64Encoded: true }',
    [200, "application/json", undefined, "hi"],
  ],
  [
    "a status that is none",
    '{ statusCode: "soon" }',
    [502, "application/json", undefined, "Internal Server Error"],
  ],
];

test("what a function gives is the answer", async (t) => {
  const source = `export const handler = async (event) => {
    const all = [${answers.map(([, given]) => given).join(", ")}];
    if (event.rawPath === "/fail") throw new Error("no");
    return all[Number(event.rawPath.slice(1))];
  };`;
  const { ask, allow } = await stage(t, source);
  await allow();
  for (const [index, [what, , expected]] of answers.entries()) {
    const { status, headers, text } = await ask({ path: `/${index}` });
    assert.deepEqual(
      [status, headers["content-type"], headers["set-cookie"], text],
      expected,
      what,
    );
  }
  assert.equal((await ask({ path: "/fail" })).status, 502);
});

test("nobody gets in without both permissions, and nobody to a URL that is not there", async (t) => {
  const { ask, lambda, allow, url, cloud } = await stage(t, echo);
  const { status, text, headers } = await ask();
  assert.deepEqual([status, headers["x-amzn-errortype"]], [403, "AccessDeniedException"]);
  assert.match(JSON.parse(text).Message, /^Forbidden\./);
  await allow();
  assert.equal((await ask()).status, 200);
  await lambda.RemovePermission({ FunctionName: "web", StatementId: "function" });
  assert.equal((await ask()).status, 403);
  await cloud.advance("2m");
  const { MetricDataResults } = await cloud.clients.cloudwatch(cloud.caller).GetMetricData({
    StartTime: new Date(cloud.clock.now() - 300_000),
    EndTime: new Date(cloud.clock.now()),
    MetricDataQueries: ["UrlRequestCount", "Url4xxCount"].map((MetricName) => ({
      Id: MetricName.toLowerCase(),
      MetricStat: {
        Metric: {
          Namespace: "AWS/Lambda",
          MetricName,
          Dimensions: [{ Name: "FunctionName", Value: "web" }],
        },
        Period: 300,
        Stat: "Sum",
      },
    })),
  });
  assert.deepEqual(
    MetricDataResults!.map(({ Values }) => Values!.reduce((sum, value) => sum + value, 0)),
    [3, 2],
  );
  await lambda.DeleteFunction({ FunctionName: "web" });
  const gone = await ask({}, url);
  assert.deepEqual([gone.status, gone.text], [403, '{"Message":null}']);
});

test("AWS_IAM wants a signature, and of other accounts a statement", async (t) => {
  const { ask, lambda } = await stage(t, echo, "AWS_IAM");
  const identify =
    (account: string): IdentifyCaller =>
    async (request) => ({
      caller: rootPrincipal(account, "us-east-1", "AKIAEXAMPLE"),
      body: request.body,
    });
  const signed = { headers: { authorization: "AWS4-HMAC-SHA256 …" } };
  assert.equal((await ask({ identify: identify("123456789012") })).status, 403);
  const { text } = await ask({ ...signed, identify: identify("123456789012") });
  const { accountId, authorizer } = JSON.parse(text).requestContext;
  assert.deepEqual(
    [accountId, authorizer.iam.accountId, authorizer.iam.accessKey],
    ["123456789012", "123456789012", "AKIAEXAMPLE"],
  );
  const wrong: IdentifyCaller = async () => {
    throw new AwsError({ code: "InvalidSignatureException", message: "it does not match" });
  };
  const refused = await ask({ ...signed, identify: wrong });
  assert.deepEqual([refused.status, refused.text], [403, '{"Message":"it does not match"}']);
  const stranger = { ...signed, identify: identify("999999999999") };
  assert.equal((await ask(stranger)).status, 403);
  for (const Action of ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"])
    await lambda.AddPermission({
      FunctionName: "web",
      StatementId: Action.replace(":", "-"),
      Action,
      Principal: "999999999999",
    });
  assert.equal((await ask(stranger)).status, 200);
});

test("the URL's rules for pages answer in the function's place", async (t) => {
  const source = `export const handler = async (event) =>
    ({ statusCode: 200, headers: { "access-control-allow-origin": "https://wrong" }, body: event.requestContext.http.method });`;
  const { ask, lambda, allow } = await stage(t, source);
  await allow();
  await lambda.UpdateFunctionUrlConfig({
    FunctionName: "web",
    Cors: {
      AllowOrigins: ["https://page.example"],
      AllowMethods: ["GET", "PUT"],
      AllowHeaders: ["x-a"],
      AllowCredentials: true,
      MaxAge: 60,
    },
  });
  const origin = "https://page.example";
  const asked = { origin, "access-control-request-method": "PUT" };
  const before = await ask({ method: "OPTIONS", headers: asked });
  assert.deepEqual([before.status, before.text], [200, ""]);
  assert.equal(before.headers["access-control-allow-methods"], "GET,PUT");
  assert.equal(before.headers["access-control-max-age"], "60");
  const { headers } = await ask({ headers: { origin } });
  assert.equal(headers["access-control-allow-origin"], origin);
  assert.equal(headers["access-control-allow-credentials"], "true");
  const other = await ask({ method: "OPTIONS", headers: { ...asked, origin: "https://other" } });
  assert.equal(other.headers["access-control-allow-origin"], undefined);
});

test("URLs are had, listed, changed and deleted, one per alias", async (t) => {
  const { lambda } = await stage(t, echo);
  await lambda.PublishVersion({ FunctionName: "web" });
  await lambda.CreateAlias({ FunctionName: "web", Name: "live", FunctionVersion: "1" });
  const more = { FunctionName: "web", AuthType: "NONE" as const };
  await assert.rejects(lambda.CreateFunctionUrlConfig(more), {
    code: "ResourceConflictException",
    message: /FunctionUrlConfig exists for this Lambda function$/,
  });
  const own = await lambda.CreateFunctionUrlConfig({ ...more, Qualifier: "live" });
  assert.match(own.FunctionArn!, /:function:web:live$/);
  const { FunctionUrlConfigs } = await lambda.ListFunctionUrlConfigs({ FunctionName: "web" });
  assert.equal(FunctionUrlConfigs!.length, 2);
  const changed = await lambda.UpdateFunctionUrlConfig({
    FunctionName: "web",
    Qualifier: "live",
    AuthType: "AWS_IAM",
  });
  assert.deepEqual([changed.FunctionUrl, changed.AuthType], [own.FunctionUrl, "AWS_IAM"]);
  await lambda.DeleteAlias({ FunctionName: "web", Name: "live" });
  const missing = { code: "ResourceNotFoundException" };
  const live = { FunctionName: "web", Qualifier: "live" };
  await assert.rejects(lambda.GetFunctionUrlConfig(live), missing);
  await lambda.DeleteFunctionUrlConfig({ FunctionName: "web" });
  await assert.rejects(lambda.DeleteFunctionUrlConfig({ FunctionName: "web" }), missing);
});
