/** Zones of stacks: signed, logged, seen from VPCs, and changed while they are there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

const zone = (more: object = {}) => ({
  Zone: { Type: "AWS::Route53::HostedZone", Properties: { Name: "example.com", ...more } },
});

const signed = {
  ...zone(),
  Key: {
    Type: "AWS::KMS::Key",
    Properties: {
      KeySpec: "ECC_NIST_P256",
      KeyUsage: "SIGN_VERIFY",
      KeyPolicy: { Version: "2012-10-17", Statement: [] },
    },
  },
  SigningKey: {
    Type: "AWS::Route53::KeySigningKey",
    Properties: {
      HostedZoneId: { Ref: "Zone" },
      KeyManagementServiceArn: { "Fn::GetAtt": ["Key", "Arn"] },
      Name: "first",
      Status: "ACTIVE",
    },
  },
  Signing: {
    Type: "AWS::Route53::DNSSEC",
    DependsOn: "SigningKey",
    Properties: { HostedZoneId: { Ref: "Zone" } },
  },
};

function stackCloud() {
  const cloud = createTestCloud();
  const cloudformation = cloud.clients.cloudformation(cloud.caller);
  const StackName = "names";
  const status = async () => {
    await cloud.advance("2m");
    const { Stacks } = await cloudformation.DescribeStacks({ StackName });
    return [Stacks![0]!.StackStatus, Stacks![0]!.StackStatusReason];
  };
  const body = (Resources: object) => JSON.stringify({ Resources });
  return {
    cloud,
    cloudformation,
    StackName,
    route53: cloud.clients.route53(cloud.caller),
    create: async (resources: object) => {
      await cloudformation.CreateStack({ StackName, TemplateBody: body(resources) });
      assert.deepEqual(await status(), ["CREATE_COMPLETE", undefined]);
    },
    update: async (resources: object) => {
      await cloudformation.UpdateStack({ StackName, TemplateBody: body(resources) });
      assert.deepEqual(await status(), ["UPDATE_COMPLETE", undefined]);
    },
    zoneId: async () => {
      const { StackResourceDetail } = await cloudformation.DescribeStackResource({
        StackName,
        LogicalResourceId: "Zone",
      });
      return StackResourceDetail!.PhysicalResourceId!;
    },
  };
}

test("a stack signs a zone, and takes it apart in the order that Route 53 wants", async () => {
  const { cloud, cloudformation, StackName, route53, create, zoneId } = stackCloud();
  await create(signed);
  const { Status } = await route53.GetDNSSEC({ HostedZoneId: await zoneId() });
  assert.equal(Status!.ServeSignature, "SIGNING");
  await cloudformation.DeleteStack({ StackName });
  await cloud.advance("2m");
  assert.equal((await route53.GetHostedZoneCount({})).HostedZoneCount, 0);
  await cloud.stop();
});

test("query logging comes and goes with an update", async () => {
  const { cloud, route53, create, update, zoneId } = stackCloud();
  const logs = cloud.clients.logs(cloud.caller);
  await logs.CreateLogGroup({ logGroupName: "/aws/route53/example.com" });
  const CloudWatchLogsLogGroupArn = `arn:aws:logs:us-east-1:${cloud.caller.account}:log-group:/aws/route53/example.com`;
  const configs = async () => {
    const HostedZoneId = await zoneId();
    return (await route53.ListQueryLoggingConfigs({ HostedZoneId })).QueryLoggingConfigs!.length;
  };
  await create(zone());
  await update(zone({ QueryLoggingConfig: { CloudWatchLogsLogGroupArn } }));
  assert.equal(await configs(), 1);
  await update(zone({ HostedZoneConfig: { Comment: "quiet" } }));
  assert.equal(await configs(), 0);
  await cloud.stop();
});

test("what a health check no longer says is reset", async () => {
  const { cloud, route53, create, update } = stackCloud();
  const check = (more: object) => ({
    Check: {
      Type: "AWS::Route53::HealthCheck",
      Properties: { HealthCheckConfig: { Type: "HTTP", IPAddress: "192.0.2.1", ...more } },
    },
  });
  await create(check({ ResourcePath: "/health", FullyQualifiedDomainName: "a.example.com" }));
  await update(check({ FullyQualifiedDomainName: "b.example.com" }));
  const { HealthChecks } = await route53.ListHealthChecks({});
  const config = HealthChecks![0]!.HealthCheckConfig!;
  assert.deepEqual(
    [config.FullyQualifiedDomainName, config.ResourcePath],
    ["b.example.com", undefined],
  );
  await cloud.stop();
});

test("records go with their stack, however Route 53 writes their names", async () => {
  const { cloud, cloudformation, StackName, create } = stackCloud();
  const record = (Name: string) => ({
    Name,
    Type: "CNAME",
    TTL: "60",
    ResourceRecords: ["www.example.net"],
  });
  const HostedZoneId = { Ref: "Zone" };
  await create({
    ...zone(),
    // As names of reversed blocks are that are smaller than a byte (RFC 2317).
    Block: {
      Type: "AWS::Route53::RecordSet",
      Properties: { ...record("0/25.example.com"), HostedZoneId },
    },
    Others: {
      Type: "AWS::Route53::RecordSetGroup",
      Properties: {
        RecordSets: [record("a@b.example.com"), record("*.example.com")],
        HostedZoneId,
      },
    },
  });
  await cloudformation.DeleteStack({ StackName });
  await cloud.advance("2m");
  await assert.rejects(cloudformation.DescribeStacks({ StackName }), { code: "ValidationError" });
  await cloud.stop();
});
