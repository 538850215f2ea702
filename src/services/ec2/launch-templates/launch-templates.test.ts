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
