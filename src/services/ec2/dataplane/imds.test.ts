import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createSeededRandom } from "#runtime/random.ts";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { emptyBody, type HttpReply, type HttpRequest } from "#http/http.ts";
import type { Clients } from "#services/kit/service.ts";
import { createSigner, type Signer } from "./identity/sign.ts";
import { createImdsHandler } from "./imds.ts";
import type { MetadataFacts } from "./metadata-source.ts";
import { createMetadataTokens } from "./metadata-tokens.ts";
import { createRoleCredentials } from "./role-credentials.ts";

const instanceId = "i-0123456789abcdef0";
const scope = { account: "123456789012", region: "us-east-1" };
const facts: MetadataFacts = {
  instanceId,
  accountId: scope.account,
  region: scope.region,
  zone: "us-east-1a",
  zoneId: "use1-az6",
  imageId: "ami-0123456789abcdef0",
  launchIndex: 0,
  launchedMs: Date.UTC(2026, 0, 5, 12),
  instanceType: "t3.micro",
  architecture: "x86_64",
  reservationId: "r-0123456789abcdef0",
  privateIp: "172.31.0.9",
  privateDnsName: "ip-172-31-0-9.ec2.internal",
  interfaces: [
    {
      networkInterfaceId: "eni-1",
      deviceIndex: 0,
      macAddress: "02:00:00:00:00:01",
      subnetId: "subnet-1",
      subnetCidr: "172.31.0.0/20",
      vpcId: "vpc-1",
      vpcCidrs: ["172.31.0.0/16"],
      privateIps: ["172.31.0.9"],
      privateDnsName: "ip-172-31-0-9.ec2.internal",
      publicIp: "54.0.0.1",
      publicDnsName: "ec2-54-0-0-1.compute-1.amazonaws.com",
      groups: [{ groupId: "sg-1", groupName: "web" }],
    },
  ],
  rootDeviceName: "/dev/xvda",
  otherDeviceNames: ["/dev/sdf"],
  publicKey: { name: "mine", line: "ssh-ed25519 AAAA mine" },
  profile: undefined,
  userData: Buffer.from([0, 1, 2, 255]),
  tags: { Name: "web", stage: "test" },
  events: [],
  placement: undefined,
  hypervisor: "nitro",
  monitoring: false,
  spot: undefined,
  options: {
    httpTokens: "required",
    httpPutResponseHopLimit: 2,
    httpEndpoint: "enabled",
    httpProtocolIpv6: "disabled",
    instanceMetadataTags: "disabled",
  },
};

type Call = (
  method: string,
  target: string,
  headers?: Record<string, string>,
) => Promise<HttpReply & { text: string }>;

function serve(changes: Partial<MetadataFacts> = {}, clients?: Clients) {
  const cloud = createTestCloud();
  const current = { ...facts, ...changes };
  let signer: Promise<Signer> | undefined;
  const env = {
    clients: clients ?? cloud.clients,
    clock: cloud.clock,
    log: { warn() {} } as never,
  };
  const roles = createRoleCredentials(env);
  const handler = createImdsHandler({
    tokens: createMetadataTokens(cloud.clock.wall, createSeededRandom(1)),
    describe: async () => current,
    roleOf: (asked) => roles.of(scope, asked),
    questions: {
      signer: () =>
        (signer ??= createSigner(createSeededRandom(2), "us-east-1", cloud.clock.now())),
      targetLifecycleState: async () => "InService",
    },
  });
  const call: Call = async (method, target, headers = {}) => {
    const reply = await handler({
      method,
      target,
      headers,
      body: emptyBody,
    } as unknown as HttpRequest);
    return { ...reply, text: Buffer.from((reply.body ?? "") as string).toString("latin1") };
  };
  const get = async (target: string) => {
    const token = await call("PUT", "/latest/api/token", {
      "x-aws-ec2-metadata-token-ttl-seconds": "60",
    });
    return call("GET", target, { "x-aws-ec2-metadata-token": token.text });
  };
  return { cloud, call, get, current };
}

describe("instance metadata: tokens", () => {
  test("without a token the answer is 401, as XHTML, where tokens are required", async () => {
    const { call } = serve();
    const reply = await call("GET", "/latest/meta-data/");
    assert.equal(reply.status, 401);
    assert.match(reply.text, /<title>401 - Unauthorized<\/title>/);
  });

  test("version 1 answers where tokens are optional, but never to a wrong token", async () => {
    const { call } = serve({ options: { ...facts.options, httpTokens: "optional" } });
    assert.equal((await call("GET", "/latest/meta-data/instance-id")).text, instanceId);
    const wrong = { "x-aws-ec2-metadata-token": "AQAEwrong==" };
    assert.equal((await call("GET", "/latest/meta-data/instance-id", wrong)).status, 401);
  });

  test("a token tells how long it lives, from 1 second to 6 hours", async () => {
    const { call } = serve();
    const ask = (seconds?: string) =>
      call(
        "PUT",
        "/latest/api/token",
        seconds === undefined ? {} : { "x-aws-ec2-metadata-token-ttl-seconds": seconds },
      );
    for (const wrong of [undefined, "0", "21601", "-1", "x"])
      assert.equal((await ask(wrong)).status, 400, String(wrong));
    const reply = await ask("21600");
    assert.equal(reply.headers["X-Aws-Ec2-Metadata-Token-Ttl-Seconds"], "21600");
    assert.equal(reply.text.length, 56);
  });

  test("no token goes through a proxy", async () => {
    const { call } = serve();
    const headers = { "x-aws-ec2-metadata-token-ttl-seconds": "60", "x-forwarded-for": "1.2.3.4" };
    assert.equal((await call("PUT", "/latest/api/token", headers)).status, 403);
  });

  test("a disabled endpoint and other methods are refused", async () => {
    const off = serve({ options: { ...facts.options, httpEndpoint: "disabled" } });
    assert.equal((await off.get("/latest/meta-data/")).status, 403);
    assert.equal((await serve().call("POST", "/latest/meta-data/")).status, 405);
  });
});

describe("instance metadata: categories", () => {
  test("directories are listed, in order, with a slash behind directories", async () => {
    const { get } = serve();
    assert.equal((await get("/latest/")).text, "dynamic\nmeta-data\nuser-data");
    assert.equal(
      (await get("/latest/meta-data/placement/")).text,
      "availability-zone\navailability-zone-id\nregion",
    );
    assert.equal((await get("/latest/meta-data/public-keys/")).text, "0=mine");
    const names = (await get("/latest/meta-data/")).text.split("\n");
    assert.ok(names.includes("network/") && names.includes("instance-id"));
    assert.ok(!names.includes("iam/") && !names.includes("tags/"));
    assert.ok((await get("/")).text.endsWith("\nlatest"));
  });

  test("values are plain text", async () => {
    const { get } = serve();
    const expected = {
      "ami-id": facts.imageId,
      "instance-type": "t3.micro",
      "instance-life-cycle": "on-demand",
      "local-ipv4": "172.31.0.9",
      "public-hostname": "ec2-54-0-0-1.compute-1.amazonaws.com",
      "security-groups": "web",
      "placement/availability-zone-id": "use1-az6",
      "block-device-mapping/ebs1": "/dev/sdf",
      "services/domain": "amazonaws.com",
      "public-keys/0/openssh-key": "ssh-ed25519 AAAA mine",
      "network/interfaces/macs/02:00:00:00:00:01/vpc-ipv4-cidr-block": "172.31.0.0/16",
      "network/interfaces/macs/02:00:00:00:00:01/ipv4-associations/54.0.0.1": "172.31.0.9",
    };
    for (const [path, text] of Object.entries(expected)) {
      const reply = await get(`/latest/meta-data/${path}`);
      assert.deepEqual([reply.status, reply.text], [200, text], path);
      assert.equal(reply.headers["Content-Type"], "text/plain");
    }
    assert.equal((await get("/2021-07-15/meta-data/instance-id")).text, instanceId);
  });

  test("what is not there is 404", async () => {
    const { get } = serve({ userData: undefined });
    for (const path of [
      "/latest/meta-data/spot",
      "/latest/user-data",
      "/latest/meta-data/iam/info",
      "/1999-01-01/",
    ])
      assert.equal((await get(path)).status, 404, path);
  });

  test("user data comes byte for byte", async () => {
    const reply = await serve().get("/latest/user-data");
    assert.deepEqual(Buffer.from(reply.text, "latin1"), Buffer.from([0, 1, 2, 255]));
    assert.equal(reply.headers["Content-Type"], "application/octet-stream");
  });

  test("tags are shown once the instance's options say so", async () => {
    const { get } = serve({ options: { ...facts.options, instanceMetadataTags: "enabled" } });
    assert.equal((await get("/latest/meta-data/tags/instance")).text, "Name\nstage");
    assert.equal((await get("/latest/meta-data/tags/instance/Name")).text, "web");
  });

  test("the identity document names the instance", async () => {
    const { text } = await serve().get("/latest/dynamic/instance-identity/document");
    const document = JSON.parse(text) as Record<string, unknown>;
    assert.equal(document["instanceId"], instanceId);
    assert.equal(document["pendingTime"], "2026-01-05T12:00:00Z");
    assert.equal(document["billingProducts"], null);
  });
});

describe("instance metadata: what changes while an instance runs", () => {
  test("a Spot Instance learns of its end, and of the recommendation before", async () => {
    const timeMs = Date.UTC(2026, 0, 5, 12, 2);
    const quiet = serve({ spot: {} });
    assert.equal((await quiet.get("/latest/meta-data/instance-life-cycle")).text, "spot");
    assert.equal((await quiet.get("/latest/meta-data/spot/instance-action")).status, 404);
    const { get } = serve({
      spot: { rebalanceMs: timeMs - 120_000, interruption: { action: "terminate", timeMs } },
    });
    assert.equal(
      (await get("/latest/meta-data/spot/instance-action")).text,
      '{"action":"terminate","time":"2026-01-05T12:02:00Z"}',
    );
    assert.equal(
      (await get("/latest/meta-data/spot/termination-time")).text,
      "2026-01-05T12:02:00Z",
    );
    assert.equal(
      (await get("/latest/meta-data/events/recommendations/rebalance")).text,
      '{"noticeTime":"2026-01-05T12:00:00Z"}',
    );
    const stopped = serve({ spot: { interruption: { action: "stop", timeMs } } });
    assert.equal((await stopped.get("/latest/meta-data/spot/termination-time")).status, 404);
  });

  test("placement, monitoring and Auto Scaling's wish are told", async () => {
    const { get } = serve({
      placement: { groupName: "parts", groupId: "pg-1", partitionNumber: 3, hostId: "h-1" },
      monitoring: true,
      tags: { "aws:autoscaling:groupName": "web" },
    });
    const placement = async (name: string) =>
      (await get(`/latest/meta-data/placement/${name}`)).text;
    assert.deepEqual(
      [
        await placement("group-name"),
        await placement("partition-number"),
        await placement("host-id"),
      ],
      ["parts", "3", "h-1"],
    );
    assert.equal((await get("/latest/dynamic/fws/instance-monitoring")).text, "enabled");
    const wish = "/latest/meta-data/autoscaling/target-lifecycle-state";
    assert.equal((await get(wish)).text, "InService");
    assert.equal((await serve().get(wish)).status, 404);
  });

  test("the identity document is signed", async () => {
    const { get } = serve();
    const identity = async (name: string) =>
      (await get(`/latest/dynamic/instance-identity/${name}`)).text;
    const message = Buffer.from(await identity("rsa2048"), "base64");
    assert.ok(message.includes(await identity("document")));
    assert.equal(Buffer.from(await identity("signature"), "base64").length, 256);
    assert.equal(await identity("pkcs7"), await identity("rsa2048"));
  });
});

describe("instance metadata: the role", () => {
  const profile = {
    arn: "arn:aws:iam::123456789012:instance-profile/web",
    id: "AIPAX",
    name: "web",
  };

  async function withRole(trusted: string) {
    const { cloud } = serve();
    const iam = cloud.clients.iam(cloud.caller);
    await iam.CreateRole({
      RoleName: "web-role",
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: trusted }, Action: "sts:AssumeRole" }],
      }),
    });
    await iam.CreateInstanceProfile({ InstanceProfileName: "web" });
    await iam.AddRoleToInstanceProfile({ InstanceProfileName: "web", RoleName: "web-role" });
    return { get: serve({ profile }, cloud.clients).get, host: cloud.host };
  }

  test("its credentials are STS's, signed for the instance, and kept while they last", async () => {
    const { get, host } = await withRole("ec2.amazonaws.com");
    assert.equal((await get("/latest/meta-data/iam/security-credentials/")).text, "web-role");
    const path = "/latest/meta-data/iam/security-credentials/web-role";
    const first = JSON.parse((await get(path)).text) as Record<string, string>;
    assert.equal(first["Code"], "Success");
    assert.equal(first["Type"], "AWS-HMAC");
    const credential = await host.findCredential(first["AccessKeyId"]!);
    assert.equal(credential?.secretAccessKey, first["SecretAccessKey"]);
    assert.equal(credential?.sessionToken, first["Token"]);
    assert.equal(
      credential?.principal.arn,
      `arn:aws:sts::123456789012:assumed-role/web-role/${instanceId}`,
    );
    assert.equal(JSON.parse((await get(path)).text).AccessKeyId, first["AccessKeyId"]);
    const info = JSON.parse((await get("/latest/meta-data/iam/info")).text) as object;
    assert.deepEqual(Object.keys(info), [
      "Code",
      "LastUpdated",
      "InstanceProfileArn",
      "InstanceProfileId",
    ]);
  });

  test("a role that does not trust EC2 says so instead", async () => {
    const { get } = await withRole("lambda.amazonaws.com");
    const { text } = await get("/latest/meta-data/iam/security-credentials/web-role");
    assert.equal(JSON.parse(text).Code, "AssumeRoleUnauthorizedAccess");
  });
});
