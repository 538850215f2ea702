import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud } from "../testing/ec2-cloud.ts";

const data = { InstanceType: "t3.micro" } as const;

test("versions count up, the default moves when told, and a deleted number never returns", async () => {
  const cloud = createEc2Cloud();
  const { ec2 } = cloud;
  const made = await ec2.CreateLaunchTemplate({
    LaunchTemplateName: "web",
    LaunchTemplateData: data,
  });
  const LaunchTemplateId = made.LaunchTemplate!.LaunchTemplateId!;
  const version = await ec2.CreateLaunchTemplateVersion({
    LaunchTemplateId,
    SourceVersion: "$Latest",
    LaunchTemplateData: { EbsOptimized: true },
  });
  assert.equal(version.LaunchTemplateVersion!.VersionNumber, 2);
  assert.deepEqual(version.LaunchTemplateVersion!.LaunchTemplateData, {
    ...data,
    EbsOptimized: true,
  });
  await ec2.ModifyLaunchTemplate({ LaunchTemplateId, DefaultVersion: "2" });
  const gone = await ec2.DeleteLaunchTemplateVersions({
    LaunchTemplateId,
    Versions: ["1", "2", "9"],
  });
  assert.deepEqual(
    gone.SuccessfullyDeletedLaunchTemplateVersions!.map((one) => one.VersionNumber),
    [1],
  );
  assert.deepEqual(
    gone.UnsuccessfullyDeletedLaunchTemplateVersions!.map((one) => one.ResponseError!.Code),
    ["unexpectedError", "launchTemplateVersionDoesNotExist"],
  );
  const next = await ec2.CreateLaunchTemplateVersion({
    LaunchTemplateId,
    LaunchTemplateData: data,
  });
  assert.equal(next.LaunchTemplateVersion!.VersionNumber, 3);
  const { LaunchTemplateVersions } = await ec2.DescribeLaunchTemplateVersions({ LaunchTemplateId });
  assert.deepEqual(
    LaunchTemplateVersions!.map((one) => [one.VersionNumber, one.DefaultVersion]),
    [
      [3, false],
      [2, true],
    ],
  );
  await cloud.stop();
});

test("names are unique and what is missing is named", async () => {
  const cloud = createEc2Cloud();
  const request = { LaunchTemplateName: "web", LaunchTemplateData: data };
  await cloud.ec2.CreateLaunchTemplate(request);
  await assert.rejects(cloud.ec2.CreateLaunchTemplate(request), {
    code: "InvalidLaunchTemplateName.AlreadyExistsException",
    message: "Launch template name already in use.",
  });
  await assert.rejects(cloud.ec2.DescribeLaunchTemplates({ LaunchTemplateNames: ["no"] }), {
    code: "InvalidLaunchTemplateName.NotFoundException",
  });
  await cloud.ec2.DeleteLaunchTemplate({ LaunchTemplateName: "web" });
  assert.deepEqual((await cloud.ec2.DescribeLaunchTemplates({})).LaunchTemplates, []);
  await cloud.stop();
});

test("a template's Spot options count, an alias is resolved when asked, and versions are named", async () => {
  const cloud = createEc2Cloud();
  const alias = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
  const made = await cloud.ec2.CreateLaunchTemplate({
    LaunchTemplateName: "spot",
    LaunchTemplateData: {
      ...data,
      ImageId: alias,
      InstanceMarketOptions: { MarketType: "spot" },
    },
  });
  const LaunchTemplateId = made.LaunchTemplate!.LaunchTemplateId!;
  const imageOf = async (ResolveAlias: boolean) => {
    const { LaunchTemplateVersions } = await cloud.ec2.DescribeLaunchTemplateVersions({
      LaunchTemplateId,
      ResolveAlias,
    });
    return LaunchTemplateVersions![0]!.LaunchTemplateData!.ImageId;
  };
  assert.equal(await imageOf(false), alias);
  assert.match((await imageOf(true))!, /^ami-/);
  const { Instances } = await cloud.ec2.RunInstances({
    LaunchTemplate: { LaunchTemplateId },
    MinCount: 1,
    MaxCount: 1,
  });
  assert.equal(Instances![0]!.InstanceLifecycle, "spot");
  await assert.rejects(cloud.ec2.ModifyLaunchTemplate({ LaunchTemplateId, DefaultVersion: "7" }), {
    code: "InvalidLaunchTemplateId.VersionNotFound",
    message: "The launch template version 7 is not found for the specified launch template.",
  });
  await assert.rejects(cloud.ec2.DescribeLaunchTemplateVersions({}), { code: "MissingParameter" });
  await assert.rejects(
    cloud.ec2.CreateLaunchTemplateVersion({
      LaunchTemplateId,
      LaunchTemplateData: {
        InstanceType: "t3.micro",
        InstanceRequirements: { VCpuCount: { Min: 1 }, MemoryMiB: { Min: 512 } },
      },
    }),
    { code: "InvalidParameterCombination" },
  );
  await cloud.stop();
});

test("an instance's data makes a template as it is, and launches one like it", async () => {
  const cloud = createEc2Cloud();
  const { Instances } = await cloud.ec2.RunInstances({
    ImageId: cloud.imageId,
    InstanceType: "t3.micro",
    MinCount: 1,
    MaxCount: 1,
    TagSpecifications: [
      {
        ResourceType: "instance",
        Tags: [
          { Key: "role", Value: "web" },
          { Key: "env", Value: "prod" },
        ],
      },
    ],
  });
  const { InstanceId } = Instances![0]!;
  const { LaunchTemplateData } = await cloud.ec2.GetLaunchTemplateData({ InstanceId });
  assert.deepEqual(
    LaunchTemplateData!.TagSpecifications![0]!.Tags!.map(({ Key }) => Key),
    ["role", "env"],
  );
  // What a description alone has, an SDK would refuse to send.
  assert.ok(!("State" in LaunchTemplateData!.MetadataOptions!));
  await cloud.ec2.TerminateInstances({ InstanceIds: [InstanceId!] });
  await cloud.advance("1m");
  await cloud.ec2.CreateLaunchTemplate({
    LaunchTemplateName: "like-it",
    LaunchTemplateData: LaunchTemplateData as never,
  });
  const again = await cloud.ec2.RunInstances({
    LaunchTemplate: { LaunchTemplateName: "like-it" },
    MinCount: 1,
    MaxCount: 1,
  });
  assert.equal(again.Instances![0]!.PrivateIpAddress, Instances![0]!.PrivateIpAddress);
  await cloud.stop();
});

test("a template that is named twice or not at all is refused in AWS's words", async () => {
  const cloud = createEc2Cloud();
  const { LaunchTemplate } = await cloud.ec2.CreateLaunchTemplate({
    LaunchTemplateName: "web",
    LaunchTemplateData: { InstanceType: "t3.micro" },
  });
  const { LaunchTemplateId, LaunchTemplateName } = LaunchTemplate!;
  await assert.rejects(
    cloud.ec2.ModifyLaunchTemplate({ LaunchTemplateId, LaunchTemplateName, DefaultVersion: "1" }),
    {
      code: "InvalidParameterCombination",
      message: "Either provide launch template ID or launch template name to modify the template.",
    },
  );
  await assert.rejects(cloud.ec2.DeleteLaunchTemplate({}), {
    code: "MissingParameter",
    message: "The request must contain the parameter launch template ID or launch template name",
  });
  await assert.rejects(cloud.ec2.DescribeLaunchTemplateVersions({ Versions: ["1"] }), {
    code: "InvalidParameterValue",
    message: /^To describe the launch template data for all your launch templates/,
  });
  await cloud.stop();
});
