import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunInstancesCommandInput } from "@aws-sdk/client-ec2";
import { createNameDirectory } from "#services/kit/name-directory.ts";
import { nameReconciler } from "../dataplane/published-names.ts";
import { createEc2Cloud } from "../testing/ec2-cloud.ts";

test("a machine is named by its address or its id, as its launch, its subnet or a change says", async () => {
  const cloud = createEc2Cloud();
  const { ec2, simulated, store } = cloud;
  const hostnames: unknown[] = [];
  const launchMachine = simulated.launch.bind(simulated);
  simulated.launch = (spec) => {
    hostnames.push(spec.hostname);
    return launchMachine(spec);
  };
  const start = simulated.start.bind(simulated);
  simulated.start = (id, changes) => {
    hostnames.push(changes?.hostname);
    return start(id, changes);
  };
  const launch = async (more: Partial<RunInstancesCommandInput> = {}) => {
    const { Instances } = await ec2.RunInstances({
      ImageId: cloud.imageId,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      ...more,
    });
    await cloud.advance("1m");
    return Instances![0]!;
  };
  const shown = async (InstanceId: string) => {
    const { Reservations } = await ec2.DescribeInstances({ InstanceIds: [InstanceId] });
    return Reservations![0]!.Instances![0]!;
  };
  const answered = async (InstanceId: string) => {
    const names = createNameDirectory();
    const reconciler = nameReconciler({ store, names, compute: simulated });
    await reconciler.reconcile(cloud.caller, [InstanceId]);
    return names
      .list()
      .flatMap((one) => one.names.filter(({ vpcId }) => vpcId).map(({ name }) => name));
  };

  const { InstanceId: id = "", PrivateIpAddress: ip = "", SubnetId } = await launch();
  const byAddress = `ip-${ip.replaceAll(".", "-")}.ec2.internal`;
  const byId = `${id}.ec2.internal`;
  assert.equal((await shown(id)).PrivateDnsName, byAddress);
  assert.deepEqual(await answered(id), [byAddress]);

  const change = { InstanceId: id, PrivateDnsHostnameType: "resource-name" as const };
  await assert.rejects(ec2.ModifyPrivateDnsNameOptions(change), { code: "IncorrectInstanceState" });
  await ec2.ModifyPrivateDnsNameOptions({ InstanceId: id, EnableResourceNameDnsARecord: true });
  assert.deepEqual(await answered(id), [byAddress, byId]);
  assert.equal((await shown(id)).PrivateDnsName, byAddress);

  await ec2.StopInstances({ InstanceIds: [id] });
  await cloud.advance("1m");
  assert.deepEqual(await ec2.ModifyPrivateDnsNameOptions(change), { Return: true });
  const changed = await shown(id);
  assert.equal(changed.PrivateDnsName, byId);
  assert.deepEqual(changed.PrivateDnsNameOptions, {
    HostnameType: "resource-name",
    EnableResourceNameDnsARecord: true,
    EnableResourceNameDnsAAAARecord: false,
  });
  await ec2.StartInstances({ InstanceIds: [id] });
  await cloud.advance("1m");
  assert.deepEqual(hostnames.splice(0), [byAddress, byId]);

  await ec2.ModifySubnetAttribute({ SubnetId, PrivateDnsHostnameTypeOnLaunch: "resource-name" });
  await ec2.ModifySubnetAttribute({
    SubnetId,
    EnableResourceNameDnsARecordOnLaunch: { Value: true },
  });
  const usual = await launch({ SubnetId });
  assert.equal(usual.PrivateDnsName, `${usual.InstanceId}.ec2.internal`);
  assert.equal((await answered(usual.InstanceId!)).length, 2);
  const PrivateDnsNameOptions = {
    HostnameType: "ip-name" as const,
    EnableResourceNameDnsARecord: false,
  };
  const own = await launch({ SubnetId, PrivateDnsNameOptions });
  assert.match(own.PrivateDnsName!, /^ip-/);
  assert.deepEqual(await answered(own.InstanceId!), [own.PrivateDnsName]);
  assert.deepEqual(hostnames, [usual.PrivateDnsName, own.PrivateDnsName]);

  const { Reservations } = await ec2.DescribeInstances({
    Filters: [
      { Name: "private-dns-name-options.hostname-type", Values: ["resource-name"] },
      { Name: "private-dns-name-options.enable-resource-name-dns-a-record", Values: ["true"] },
    ],
  });
  const found = Reservations!.map(({ Instances }) => Instances![0]!.InstanceId);
  assert.deepEqual(new Set(found), new Set([id, usual.InstanceId]));
  await cloud.stop();
});
