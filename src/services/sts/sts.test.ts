import assert from "node:assert/strict";
import { test } from "node:test";
import { asService } from "#services/kit/principal.ts";
import type { Caller } from "#services/kit/service.ts";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";

const account = "123456789012";

async function withCloud(run: (cloud: TestCloud) => Promise<void>) {
  const cloud = createTestCloud();
  try {
    await run(cloud);
  } finally {
    await cloud.stop();
  }
}

async function createRole(cloud: TestCloud, statement: object, RoleName = "web") {
  await cloud.clients.iam(cloud.caller).CreateRole({
    RoleName,
    AssumeRolePolicyDocument: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", ...statement }],
    }),
  });
  return { RoleArn: `arn:aws:iam::${account}:role/${RoleName}`, RoleSessionName: "session" };
}

test("the caller's identity is its principal", () =>
  withCloud(async ({ clients, caller }) => {
    assert.deepEqual(await clients.sts(caller).GetCallerIdentity({}), {
      UserId: account,
      Account: account,
      Arn: `arn:aws:iam::${account}:root`,
    });
  }));

test("a role that trusts a service is assumed by it and by nobody else", () =>
  withCloud(async (cloud) => {
    const request = await createRole(cloud, { Principal: { Service: "ec2.amazonaws.com" } });
    const ec2 = cloud.clients.sts(asService(cloud.caller, "ec2.amazonaws.com"));
    const { Credentials: keys, AssumedRoleUser: user } = await ec2.AssumeRole(request);
    assert.match(keys!.AccessKeyId!, /^ASIA[A-Z2-7]{16}$/);
    assert.equal(keys!.SecretAccessKey!.length, 40);
    assert.equal(user!.Arn, `arn:aws:sts::${account}:assumed-role/web/session`);
    assert.match(user!.AssumedRoleId!, /^AROA[A-Z2-7]{17}:session$/);

    const found = await cloud.host.findCredential(keys!.AccessKeyId!);
    assert.equal(found!.secretAccessKey, keys!.SecretAccessKey);
    assert.equal(found!.sessionToken, keys!.SessionToken);
    assert.equal(found!.principal.arn, user!.Arn);
    assert.equal(found!.expiresMs, keys!.Expiration!.getTime());

    await assert.rejects(cloud.clients.sts(cloud.caller).AssumeRole(request), {
      code: "AccessDenied",
      message: `User: arn:aws:iam::${account}:root is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${account}:role/web`,
    });
  }));

test("a role that does not exist may not be assumed", () =>
  withCloud(async ({ clients, caller }) => {
    const RoleArn = `arn:aws:iam::${account}:role/none`;
    await assert.rejects(clients.sts(caller).AssumeRole({ RoleArn, RoleSessionName: "s1" }), {
      code: "AccessDenied",
    });
    await assert.rejects(
      clients.sts(caller).AssumeRole({ RoleArn: "nonsense that is no ARN", RoleSessionName: "s1" }),
      { code: "ValidationError", message: "nonsense that is no ARN is invalid" },
    );
  }));

test("an external id that the trust policy asks for must be given", () =>
  withCloud(async (cloud) => {
    const request = await createRole(cloud, {
      Principal: { AWS: account },
      Condition: { StringEquals: { "sts:ExternalId": "secret" } },
    });
    const sts = cloud.clients.sts(cloud.caller);
    await assert.rejects(sts.AssumeRole(request), { code: "AccessDenied" });
    await assert.rejects(sts.AssumeRole({ ...request, ExternalId: "wrong" }), {
      code: "AccessDenied",
    });
    await sts.AssumeRole({ ...request, ExternalId: "secret" });
  }));

test("a service acts for its own account only where aws:SourceAccount is asked for", () =>
  withCloud(async (cloud) => {
    const request = await createRole(cloud, {
      Principal: { Service: "ec2.amazonaws.com" },
      Condition: { StringEquals: { "aws:SourceAccount": account } },
    });
    const as = (of: string) =>
      cloud.clients.sts(asService({ account: of, region: "us-east-1" }, "ec2.amazonaws.com"));
    await as(account).AssumeRole(request);
    await assert.rejects(as("999999999999").AssumeRole(request), { code: "AccessDenied" });
  }));

test("sessions last as long as the role allows, and chained ones an hour", () =>
  withCloud(async (cloud) => {
    const request = await createRole(cloud, { Principal: { AWS: account } });
    const sts = cloud.clients.sts(cloud.caller);
    await assert.rejects(sts.AssumeRole({ ...request, DurationSeconds: 7200 }), {
      code: "ValidationError",
      message: "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    });
    await cloud.clients.iam(cloud.caller).UpdateRole({ RoleName: "web", MaxSessionDuration: 7200 });
    const { Credentials: keys } = await sts.AssumeRole({ ...request, DurationSeconds: 7200 });
    const leftMs = keys!.Expiration!.getTime() - cloud.clock.wall.now();
    assert.ok(leftMs > 7_190_000 && leftMs <= 7_200_000);
    const { principal } = (await cloud.host.findCredential(keys!.AccessKeyId!))!;
    const chained: Caller = { ...cloud.caller, principal };
    await assert.rejects(
      cloud.clients.sts(chained).AssumeRole({ ...request, DurationSeconds: 7200 }),
      { message: /1 hour session limit for roles assumed by role chaining/ },
    );
  }));

test("a session policy that is too large is refused, and its size is told", () =>
  withCloud(async (cloud) => {
    const request = await createRole(cloud, { Principal: { AWS: account } });
    const sts = cloud.clients.sts(cloud.caller);
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "s3:*", Resource: "*" },
    });
    const { PackedPolicySize: size } = await sts.AssumeRole({ ...request, Policy });
    assert.ok(size! > 0 && size! < 100);
    await assert.rejects(sts.AssumeRole({ ...request, Policy: "{" }), {
      code: "MalformedPolicyDocument",
    });
    await assert.rejects(sts.AssumeRole({ ...request, Policy: Policy.padEnd(3000) }), {
      code: "PackedPolicyTooLarge",
    });
  }));

test("tags need sts:TagSession in the trust policy", () =>
  withCloud(async (cloud) => {
    const Tags = [{ Key: "team", Value: "shop" }];
    const plain = await createRole(cloud, { Principal: { AWS: account } });
    const tagging = await createRole(
      cloud,
      { Principal: { AWS: account }, Action: ["sts:AssumeRole", "sts:TagSession"] },
      "tagged",
    );
    const sts = cloud.clients.sts(cloud.caller);
    await assert.rejects(sts.AssumeRole({ ...plain, Tags }), { message: /sts:TagSession/ });
    await sts.AssumeRole({ ...tagging, Tags });
  }));

test("session tokens keep the caller's identity, an hour for the root", () =>
  withCloud(async (cloud) => {
    const sts = cloud.clients.sts(cloud.caller);
    const { Credentials: keys } = await sts.GetSessionToken({ DurationSeconds: 43_200 });
    assert.ok(keys!.Expiration!.getTime() <= cloud.clock.wall.now() + 3_600_000);
    const found = (await cloud.host.findCredential(keys!.AccessKeyId!))!;
    assert.equal(found.principal.arn, cloud.caller.principal.arn);
    const again = cloud.clients.sts({ ...cloud.caller, principal: found.principal });
    await assert.rejects(again.GetSessionToken({}), {
      code: "AccessDenied",
      message: "Cannot call GetSessionToken with session credentials",
    });
  }));

test("a federated user is named after its account", () =>
  withCloud(async (cloud) => {
    const { FederatedUser: user, Credentials: keys } = await cloud.clients
      .sts(cloud.caller)
      .GetFederationToken({ Name: "Bob" });
    assert.deepEqual(user, {
      FederatedUserId: `${account}:Bob`,
      Arn: `arn:aws:sts::${account}:federated-user/Bob`,
    });
    const info = await cloud.clients
      .sts(cloud.caller)
      .GetAccessKeyInfo({ AccessKeyId: keys!.AccessKeyId! });
    assert.equal(info.Account, account);
  }));

test("what federates in from outside is not implemented and says so", () =>
  withCloud(async ({ clients, caller }) => {
    const request = { RoleArn: "arn", RoleSessionName: "s1", WebIdentityToken: "t" };
    await assert.rejects(clients.sts(caller).AssumeRoleWithWebIdentity(request), {
      code: "NotImplemented",
      status: 501,
    });
  }));
