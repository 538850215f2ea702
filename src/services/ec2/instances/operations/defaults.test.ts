import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud } from "../../testing/ec2-cloud.ts";

test("the account's metadata defaults count where a launch says nothing", async () => {
  const cloud = createEc2Cloud();
  await cloud.ec2.ModifyInstanceMetadataDefaults({
    HttpTokens: "optional",
    HttpPutResponseHopLimit: 3,
    InstanceMetadataTags: "enabled",
  });
  const options = async () => {
    const [id] = await cloud.run();
    const { Reservations } = await cloud.ec2.DescribeInstances({ InstanceIds: [id!] });
    const { HttpTokens, HttpPutResponseHopLimit, InstanceMetadataTags } =
      Reservations![0]!.Instances![0]!.MetadataOptions!;
    return [HttpTokens, HttpPutResponseHopLimit, InstanceMetadataTags];
  };
  assert.deepEqual(await options(), ["optional", 3, "enabled"]);
  await cloud.ec2.ModifyInstanceMetadataDefaults({
    HttpTokens: "no-preference",
    HttpPutResponseHopLimit: -1,
  });
  assert.deepEqual(await options(), ["required", 2, "enabled"]);
  const { AccountLevel } = await cloud.ec2.GetInstanceMetadataDefaults({});
  assert.deepEqual(
    [AccountLevel!.HttpTokens, AccountLevel!.InstanceMetadataTags],
    [undefined, "enabled"],
  );
  await cloud.stop();
});

test("a family's credits are standard where the account says so", async () => {
  const cloud = createEc2Cloud();
  await cloud.ec2.ModifyDefaultCreditSpecification({
    InstanceFamily: "t3",
    CpuCredits: "standard",
  });
  const [id] = await cloud.run();
  const { InstanceCreditSpecifications } = await cloud.ec2.DescribeInstanceCreditSpecifications({
    InstanceIds: [id!],
  });
  assert.equal(InstanceCreditSpecifications![0]!.CpuCredits, "standard");
  const t2 = await cloud.ec2.GetDefaultCreditSpecification({ InstanceFamily: "t2" });
  assert.equal(t2.InstanceFamilyCreditSpecification!.CpuCredits, "standard");
  await cloud.stop();
});

test("a stopped instance gets other CPU options; a Linux instance has no password", async () => {
  const cloud = createEc2Cloud();
  const [InstanceId] = await cloud.run();
  await cloud.advance("1m");
  const modify = () => cloud.ec2.ModifyInstanceCpuOptions({ InstanceId, ThreadsPerCore: 1 });
  await assert.rejects(modify(), { code: "IncorrectInstanceState" });
  await cloud.ec2.ReportInstanceStatus({
    Instances: [InstanceId!],
    Status: "impaired",
    ReasonCodes: ["unresponsive"],
  });
  assert.equal((await cloud.ec2.GetPasswordData({ InstanceId })).PasswordData, "");
  await cloud.ec2.StopInstances({ InstanceIds: [InstanceId!] });
  await cloud.advance("1m");
  const { CoreCount, ThreadsPerCore } = await modify();
  assert.deepEqual([CoreCount, ThreadsPerCore], [1, 1]);
  await cloud.stop();
});
