import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

const rules = {
  PatchRules: [
    {
      PatchFilterGroup: {
        PatchFilters: [{ Key: "CLASSIFICATION" as const, Values: ["Security"] }],
      },
      ApproveAfterDays: 3,
    },
  ],
};

test("a baseline is made, shown with its defaults, changed and replaced", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const ssm = cloud.clients.ssm(cloud.caller);
  const request = {
    Name: "mine",
    OperatingSystem: "UBUNTU" as const,
    ApprovalRules: rules,
    ApprovedPatches: ["curl"],
    ClientToken: "once",
    Tags: [{ Key: "team", Value: "a" }],
  };
  const { BaselineId = "" } = await ssm.CreatePatchBaseline(request);
  assert.match(BaselineId, /^pb-[0-9a-f]{17}$/);
  assert.equal((await ssm.CreatePatchBaseline(request)).BaselineId, BaselineId);
  await assert.rejects(ssm.CreatePatchBaseline({ ...request, Name: "other" }), {
    code: "IdempotentParameterMismatch",
  });
  const made = await ssm.GetPatchBaseline({ BaselineId });
  assert.equal(made.ApprovedPatchesComplianceLevel, "UNSPECIFIED");
  assert.equal(made.RejectedPatchesAction, "ALLOW_AS_DEPENDENCY");
  assert.deepEqual(made.ApprovalRules?.PatchRules?.[0], {
    ...rules.PatchRules[0],
    ComplianceLevel: "UNSPECIFIED",
    EnableNonSecurity: false,
  });
  const changed = await ssm.UpdatePatchBaseline({ BaselineId, RejectedPatches: ["vim"] });
  assert.deepEqual([changed.ApprovedPatches, changed.RejectedPatches], [["curl"], ["vim"]]);
  const replaced = await ssm.UpdatePatchBaseline({ BaselineId, Name: "new", Replace: true });
  assert.deepEqual(
    [replaced.Name, replaced.ApprovedPatches, replaced.ApprovalRules],
    ["new", [], { PatchRules: [] }],
  );
  const [aws] = (await ssm.DescribePatchBaselines({})).BaselineIdentities!.filter((one) =>
    one.BaselineId!.startsWith("arn:"),
  );
  await assert.rejects(ssm.UpdatePatchBaseline({ BaselineId: aws!.BaselineId, Name: "mine" }), {
    code: "DoesNotExistException",
  });
  const tagged = { ResourceType: "PatchBaseline" as const, ResourceId: BaselineId };
  assert.deepEqual((await ssm.ListTagsForResource(tagged)).TagList, request.Tags);
  await ssm.DeletePatchBaseline({ BaselineId });
  await ssm.DeletePatchBaseline({ BaselineId });
  await assert.rejects(ssm.GetPatchBaseline({ BaselineId }), {
    code: "DoesNotExistException",
    message: "Patch Baseline to be retrieved does not exist.",
  });
});

test("a rule approves at one time", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const ssm = cloud.clients.ssm(cloud.caller);
  const [rule] = rules.PatchRules;
  for (const PatchRules of [
    [{ PatchFilterGroup: rule!.PatchFilterGroup }],
    [{ ...rule!, ApproveUntilDate: "2026-01-01" }],
  ])
    await assert.rejects(ssm.CreatePatchBaseline({ Name: "bad", ApprovalRules: { PatchRules } }), {
      code: "ValidationException",
    });
});

test("a system uses its patch group's baseline, else the default, which is AWS's until one is chosen", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const ssm = cloud.clients.ssm(cloud.caller);
  const system = { OperatingSystem: "AMAZON_LINUX_2023" as const };
  const web = { ...system, PatchGroup: "web" };
  const used = async () => (await ssm.GetPatchBaselineForPatchGroup(web)).BaselineId!;
  const aws = await used();
  assert.match(aws, /^arn:aws:ssm:us-east-1:\d{12}:patchbaseline\/pb-[0-9a-f]{17}$/);
  assert.equal(
    (await ssm.GetPatchBaseline({ BaselineId: aws })).Name,
    "AWS-AmazonLinux2023DefaultPatchBaseline",
  );
  const make = async (Name: string) =>
    (await ssm.CreatePatchBaseline({ Name, ...system })).BaselineId!;
  const [first, second] = [await make("first"), await make("second")];
  await ssm.RegisterDefaultPatchBaseline({ BaselineId: second });
  assert.equal(await used(), second);
  await ssm.RegisterPatchBaselineForPatchGroup({ BaselineId: first, PatchGroup: "web" });
  assert.equal(await used(), first);
  await assert.rejects(
    ssm.RegisterPatchBaselineForPatchGroup({ BaselineId: second, PatchGroup: "web" }),
    {
      code: "AlreadyExistsException",
      message:
        "Patch Group baseline already has a baseline registered for OperatingSystem AMAZON_LINUX_2023.",
    },
  );
  assert.deepEqual((await ssm.GetPatchBaseline({ BaselineId: first })).PatchGroups, ["web"]);
  const { Mappings = [] } = await ssm.DescribePatchGroups({});
  assert.deepEqual(
    Mappings.map(({ PatchGroup, BaselineIdentity }) => [
      PatchGroup,
      BaselineIdentity?.BaselineName,
    ]),
    [["web", "first"]],
  );
  for (const BaselineId of [first, second])
    await assert.rejects(ssm.DeletePatchBaseline({ BaselineId }), {
      code: "ResourceInUseException",
    });
  await ssm.DeregisterPatchBaselineForPatchGroup({ BaselineId: second, PatchGroup: "web" });
  assert.equal(await used(), first, "another baseline's registration stays");
  await ssm.DeregisterPatchBaselineForPatchGroup({ BaselineId: first, PatchGroup: "web" });
  assert.equal(await used(), second);
  await ssm.RegisterDefaultPatchBaseline({ BaselineId: aws });
  assert.equal((await ssm.GetDefaultPatchBaseline(system)).BaselineId, aws);
  const { BaselineIdentities = [] } = await ssm.DescribePatchBaselines({
    Filters: [
      { Key: "OPERATING_SYSTEM", Values: ["AMAZON_LINUX_2023"] },
      { Key: "OWNER", Values: ["Self"] },
    ],
  });
  assert.deepEqual(
    new Map(BaselineIdentities.map((one) => [one.BaselineName, one.DefaultBaseline])),
    new Map([
      ["first", false],
      ["second", false],
    ]),
  );
});
