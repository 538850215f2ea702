import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

const templateOf = (days: number, withZone = true) =>
  JSON.stringify({
    Resources: {
      Zone: { Type: "AWS::Route53::HostedZone", Properties: { Name: "example.com" } },
      Certificate: {
        Type: "AWS::CertificateManager::Certificate",
        Properties: {
          DomainName: "Shop.example.com",
          SubjectAlternativeNames: ["*.shop.example.com"],
          ValidationMethod: "DNS",
          ...(withZone && {
            DomainValidationOptions: [
              { DomainName: "Shop.example.com", HostedZoneId: { Ref: "Zone" } },
            ],
          }),
        },
      },
      Account: {
        Type: "AWS::CertificateManager::Account",
        Properties: { ExpiryEventsConfiguration: { DaysBeforeExpiry: days } },
      },
    },
  });

test("a stack answers for its certificate's domain in the zone that it names, and sets the account's days", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const stacks = cloud.clients.cloudformation(cloud.caller);
  const acm = cloud.clients.acm(cloud.caller);
  const settle = async (wanted: string) => {
    await cloud.advance("10m");
    const { Stacks } = await stacks.DescribeStacks({ StackName: "tls" });
    assert.equal(Stacks![0]!.StackStatus, wanted);
  };
  await stacks.CreateStack({ StackName: "tls", TemplateBody: templateOf(30) });
  await settle("CREATE_COMPLETE");
  const { StackEvents } = await stacks.DescribeStackEvents({ StackName: "tls" });
  const told = StackEvents!.filter(({ ResourceStatusReason: reason }) =>
    reason?.startsWith("Content of DNS Record is: {Name: _"),
  );
  assert.equal(told.length, 1);
  const days = async () => (await acm.GetAccountConfiguration({})).ExpiryEvents!.DaysBeforeExpiry;
  assert.equal(await days(), 30);
  for (const next of [20, 10]) {
    await stacks.UpdateStack({ StackName: "tls", TemplateBody: templateOf(next) });
    await settle("UPDATE_COMPLETE");
    assert.equal(await days(), next);
  }
  // The record stays when the certificate goes, and holds its zone.
  await stacks.DeleteStack({ StackName: "tls" });
  await settle("DELETE_FAILED");
  const { StackResources } = await stacks.DescribeStackResources({ StackName: "tls" });
  const states = StackResources!.map((one) => [one.LogicalResourceId, one.ResourceStatus]);
  assert.deepEqual(Object.fromEntries(states), {
    Zone: "DELETE_FAILED",
    Certificate: "DELETE_COMPLETE",
    Account: "DELETE_COMPLETE",
  });
});

test("a certificate whose domain nobody answers for fails its stack when validation times out", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const stacks = cloud.clients.cloudformation(cloud.caller);
  await stacks.CreateStack({ StackName: "tls", TemplateBody: templateOf(30, false) });
  await cloud.advance("1h");
  const stateOf = async () =>
    (await stacks.DescribeStacks({ StackName: "tls" })).Stacks![0]!.StackStatus;
  assert.equal(await stateOf(), "CREATE_IN_PROGRESS");
  await cloud.advance("73h");
  assert.equal(await stateOf(), "ROLLBACK_COMPLETE");
});
