import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("an instance's host name changes with its template", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const ec2 = cloud.clients.ec2(cloud.caller);
  const { Images } = await ec2.DescribeImages({ Owners: ["amazon"] });
  const template = (Server: Record<string, unknown>, OnLaunch?: Record<string, unknown>) =>
    JSON.stringify({
      Resources: {
        Net: { Type: "AWS::EC2::VPC", Properties: { CidrBlock: "10.0.0.0/16" } },
        Subnet: {
          Type: "AWS::EC2::Subnet",
          Properties: {
            VpcId: { Ref: "Net" },
            CidrBlock: "10.0.1.0/24",
            ...(OnLaunch && { PrivateDnsNameOptionsOnLaunch: OnLaunch }),
          },
        },
        Server: {
          Type: "AWS::EC2::Instance",
          Properties: {
            ImageId: Images![0]!.ImageId,
            SubnetId: { Ref: "Subnet" },
            PrivateDnsNameOptions: Server,
          },
        },
      },
    });
  const shown = async () => (await ec2.DescribeInstances({})).Reservations![0]!.Instances![0]!;
  const client = cloud.clients.cloudformation(cloud.caller);
  const { StackId: id } = await client.CreateStack({
    StackName: "web",
    TemplateBody: template({ HostnameType: "ip-name", EnableResourceNameDnsARecord: true }),
  });
  await cloud.advance("5m");
  const status = async () =>
    (await client.DescribeStacks({ StackName: id })).Stacks![0]!.StackStatus;
  assert.equal(await status(), "CREATE_COMPLETE");
  const made = await shown();
  assert.match(made.PrivateDnsName!, /^ip-10-0-1-/);
  assert.equal(made.PrivateDnsNameOptions!.EnableResourceNameDnsARecord, true);
  const EnableResourceNameDnsARecord = true;
  await client.UpdateStack({
    StackName: id,
    TemplateBody: template(
      { HostnameType: "resource-name" },
      { HostnameType: "resource-name", EnableResourceNameDnsARecord },
    ),
  });
  await cloud.advance("10m");
  assert.equal(await status(), "UPDATE_COMPLETE");
  const changed = await shown();
  assert.equal(changed.InstanceId, made.InstanceId);
  assert.equal(changed.State!.Name, "running");
  assert.equal(changed.PrivateDnsName, `${made.InstanceId}.ec2.internal`);
  assert.equal(changed.PrivateDnsNameOptions!.EnableResourceNameDnsARecord, false);
  const { Subnets } = await ec2.DescribeSubnets({ SubnetIds: [made.SubnetId!] });
  assert.deepEqual(Subnets![0]!.PrivateDnsNameOptionsOnLaunch, {
    HostnameType: "resource-name",
    EnableResourceNameDnsARecord,
    EnableResourceNameDnsAAAARecord: false,
  });
});
