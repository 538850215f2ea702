import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud } from "../../testing/ec2-cloud.ts";

test("an instance takes its profile at launch or later, and its name must be IAM's", async () => {
  const cloud = createEc2Cloud();
  const iam = cloud.clients.iam(cloud.caller);
  const { InstanceProfile } = await iam.CreateInstanceProfile({ InstanceProfileName: "web" });
  const base = {
    ImageId: cloud.imageId,
    InstanceType: "t3.micro",
    MinCount: 1,
    MaxCount: 1,
  } as const;
  const { Instances } = await cloud.ec2.RunInstances({
    ...base,
    IamInstanceProfile: { Name: "web" },
  });
  assert.equal(Instances![0]!.IamInstanceProfile!.Arn, InstanceProfile!.Arn);
  assert.equal(Instances![0]!.IamInstanceProfile!.Id, InstanceProfile!.InstanceProfileId);
  await assert.rejects(cloud.ec2.RunInstances({ ...base, IamInstanceProfile: { Name: "none" } }), {
    code: "InvalidParameterValue",
    message:
      "Value (none) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
  });
  const both = { Arn: InstanceProfile!.Arn, Name: "web" };
  const notBoth = { code: "InvalidParameterCombination" };
  await assert.rejects(cloud.ec2.RunInstances({ ...base, IamInstanceProfile: both }), notBoth);
  const [id] = (await cloud.run()) as [string];
  await assert.rejects(
    cloud.ec2.AssociateIamInstanceProfile({
      InstanceId: id,
      IamInstanceProfile: { ...both, Name: "other" },
    }),
    notBoth,
  );
  const request = { InstanceId: id, IamInstanceProfile: both };
  await cloud.ec2.AssociateIamInstanceProfile(request);
  await assert.rejects(cloud.ec2.AssociateIamInstanceProfile(request), {
    code: "IncorrectState",
    message: `There is an existing association for instance ${id}`,
  });
  const Filters = [{ Name: "instance-id", Values: [id] }];
  const { IamInstanceProfileAssociations: associations } =
    await cloud.ec2.DescribeIamInstanceProfileAssociations({ Filters });
  assert.equal(associations![0]!.State, "associated");
  const { AssociationId } = associations![0]!;
  await cloud.ec2.DisassociateIamInstanceProfile({ AssociationId });
  await assert.rejects(cloud.ec2.DisassociateIamInstanceProfile({ AssociationId }), {
    code: "NoSuchAssociation",
  });
  await assert.rejects(cloud.ec2.DisassociateIamInstanceProfile({ AssociationId: id }), {
    code: "InvalidParameterValue",
    message: "Invalid value for associationId.",
  });
  await cloud.stop();
});
