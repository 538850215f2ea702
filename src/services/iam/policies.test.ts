import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";

type Iam = ReturnType<TestCloud["clients"]["iam"]>;

async function withIam(run: (iam: Iam, cloud: TestCloud) => Promise<void>) {
  const cloud = createTestCloud();
  try {
    await run(cloud.clients.iam(cloud.caller), cloud);
  } finally {
    await cloud.stop();
  }
}

const policyOf = (Action: string, Resource: string | string[] = "*") =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] });
const trust = (Principal: unknown, more: object = {}) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole", ...more }],
  });
const ec2Trust = trust({ Service: "ec2.amazonaws.com" });
const arnOf = (resource: string) => `arn:aws:iam::123456789012:${resource}`;

test("a managed policy has up to five versions, of which one is the default", () =>
  withIam(async (iam) => {
    const { Policy: policy } = await iam.CreatePolicy({
      PolicyName: "read",
      Path: "/team/",
      PolicyDocument: policyOf("s3:GetObject"),
    });
    assert.equal(policy!.Arn, arnOf("policy/team/read"));
    assert.match(policy!.PolicyId!, /^ANPA/);
    const PolicyArn = policy!.Arn;
    for (let count = 2; count <= 5; count++)
      await iam.CreatePolicyVersion({ PolicyArn, PolicyDocument: policyOf(`s3:Get${count}`) });
    const more = { PolicyArn, PolicyDocument: policyOf("s3:*"), SetAsDefault: true };
    await assert.rejects(iam.CreatePolicyVersion(more), {
      code: "LimitExceeded",
      message:
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
    });
    await assert.rejects(iam.DeletePolicyVersion({ PolicyArn, VersionId: "v1" }), {
      code: "DeleteConflict",
      message: "Cannot delete the default version of a policy.",
    });
    await iam.DeletePolicyVersion({ PolicyArn, VersionId: "v2" });
    const { PolicyVersion: version } = await iam.CreatePolicyVersion(more);
    assert.deepEqual([version!.VersionId, version!.IsDefaultVersion], ["v6", true]);
    const shown = await iam.GetPolicyVersion({ PolicyArn, VersionId: "v6" });
    assert.equal(decodeURIComponent(shown.PolicyVersion!.Document!), more.PolicyDocument);
    assert.match(shown.PolicyVersion!.Document!, /^%7B%22Version%22.*%2A/);
    const { Versions: versions } = await iam.ListPolicyVersions({ PolicyArn });
    assert.deepEqual(
      versions!.map(({ VersionId }) => VersionId),
      ["v6", "v5", "v4", "v3", "v1"],
    );
    await assert.rejects(
      iam.CreatePolicy({ PolicyName: "READ", PolicyDocument: policyOf("s3:*") }),
      {
        code: "EntityAlreadyExists",
        message: "A policy called READ already exists. Duplicate names are not allowed.",
      },
    );
  }));

test("a policy that is attached cannot be deleted, nor a role that has one", () =>
  withIam(async (iam) => {
    const { Policy: policy } = await iam.CreatePolicy({
      PolicyName: "read",
      PolicyDocument: policyOf("s3:GetObject"),
    });
    const PolicyArn = policy!.Arn!;
    await iam.CreateRole({ RoleName: "web", AssumeRolePolicyDocument: ec2Trust });
    await iam.AttachRolePolicy({ RoleName: "Web", PolicyArn });
    await iam.AttachRolePolicy({ RoleName: "web", PolicyArn });
    assert.equal((await iam.GetPolicy({ PolicyArn })).Policy!.AttachmentCount, 1);
    const entities = await iam.ListEntitiesForPolicy({ PolicyArn });
    assert.deepEqual(
      entities.PolicyRoles!.map(({ RoleName }) => RoleName),
      ["web"],
    );
    await assert.rejects(iam.DeletePolicy({ PolicyArn }), {
      code: "DeleteConflict",
      message: "Cannot delete a policy attached to entities.",
    });
    await assert.rejects(iam.DeleteRole({ RoleName: "web" }), {
      message: "Cannot delete entity, must detach all policies first.",
    });
    await iam.DetachRolePolicy({ RoleName: "web", PolicyArn });
    await assert.rejects(iam.DetachRolePolicy({ RoleName: "web", PolicyArn }), {
      code: "NoSuchEntity",
      message: `Policy ${PolicyArn} was not found.`,
    });
    await iam.DeletePolicy({ PolicyArn });
    await iam.DeleteRole({ RoleName: "web" });
  }));

test("AWS's own policies are known by their ARN, and others are not", () =>
  withIam(async (iam) => {
    const PolicyArn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";
    await iam.CreateRole({ RoleName: "web", AssumeRolePolicyDocument: ec2Trust });
    await iam.AttachRolePolicy({ RoleName: "web", PolicyArn });
    const { AttachedPolicies: attached } = await iam.ListAttachedRolePolicies({ RoleName: "web" });
    assert.deepEqual(attached, [{ PolicyName: "AmazonSSMManagedInstanceCore", PolicyArn }]);
    const lambda = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    const { Policy: policy } = await iam.GetPolicy({ PolicyArn: lambda });
    const { PolicyVersion: version } = await iam.GetPolicyVersion({
      PolicyArn: lambda,
      VersionId: policy!.DefaultVersionId,
    });
    assert.match(decodeURIComponent(version!.Document!), /logs:PutLogEvents/);
    const unknown = "arn:aws:iam::aws:policy/NoSuchPolicyOfAws";
    await assert.rejects(iam.AttachRolePolicy({ RoleName: "web", PolicyArn: unknown }), {
      code: "NoSuchEntity",
      message: `Policy ${unknown} does not exist or is not attachable.`,
    });
    await assert.rejects(iam.DeletePolicy({ PolicyArn }), { code: "NoSuchEntity" });
  }));

test("inline policies are kept as they were given and counted against a size", () =>
  withIam(async (iam) => {
    await iam.CreateGroup({ GroupName: "devs" });
    const PolicyDocument = policyOf("s3:*").replace(",", ", ");
    await iam.PutGroupPolicy({ GroupName: "devs", PolicyName: "p", PolicyDocument });
    const shown = await iam.GetGroupPolicy({ GroupName: "devs", PolicyName: "p" });
    assert.equal(decodeURIComponent(shown.PolicyDocument!), PolicyDocument);
    const long = policyOf(
      "s3:*",
      Array.from({ length: 200 }, (_n, i) => `arn:aws:s3:::bucket-${i}/*`),
    );
    await assert.rejects(
      iam.PutGroupPolicy({ GroupName: "devs", PolicyName: "long", PolicyDocument: long }),
      {
        code: "LimitExceeded",
        message: "Maximum policy size of 5120 bytes exceeded for group devs",
      },
    );
    await assert.rejects(iam.GetGroupPolicy({ GroupName: "devs", PolicyName: "q" }), {
      code: "NoSuchEntity",
      message: "The group policy with name q cannot be found.",
    });
    await assert.rejects(iam.DeleteGroup({ GroupName: "devs" }), { code: "DeleteConflict" });
  }));

const malformed: [document: string, message: string][] = [
  ["{", "This policy contains invalid Json"],
  [JSON.stringify({ Version: "2012-10-17" }), "Syntax errors in policy."],
  [
    policyOf("s3:*").replace("2012-10-17", "2008-10-17"),
    "Policy document must be version 2012-10-17 or greater.",
  ],
  [policyOf("*").replace('"Action":"*",', ""), "Policy statement must contain actions."],
  [policyOf("*").replace(',"Resource":"*"', ""), "Policy statement must contain resources."],
  [
    policyOf("GetObject"),
    "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
  ],
  [policyOf("s3:*", "bucket"), 'Resource bucket must be in ARN format or "*".'],
  [trust("*"), "Policy document should not specify a principal."],
];
for (const [document, message] of malformed)
  test(`an identity policy is refused: ${message}`, () =>
    withIam(async (iam) => {
      await assert.rejects(iam.CreatePolicy({ PolicyName: "p", PolicyDocument: document }), {
        code: "MalformedPolicyDocument",
        message,
      });
    }));

const untrusted: [document: string, message: string][] = [
  [trust({ Service: "ec2.amazonaws.com" }, { Resource: "*" }), "Has prohibited field Resource"],
  [policyOf("sts:AssumeRole").replace(',"Resource":"*"', ""), "Missing required field Principal"],
  [trust({ AWS: "ann" }), 'Invalid principal in policy: "AWS":"ann"'],
  [
    trust({ AWS: "*" }, { Action: "s3:GetObject" }),
    "AssumeRole policy may only specify STS AssumeRole actions.",
  ],
];
for (const [document, message] of untrusted)
  test(`a trust policy is refused: ${message}`, () =>
    withIam(async (iam) => {
      await assert.rejects(iam.CreateRole({ RoleName: "r", AssumeRolePolicyDocument: document }), {
        code: "MalformedPolicyDocument",
        message,
      });
    }));

test("an instance profile carries one role", () =>
  withIam(async (iam) => {
    const InstanceProfileName = "web";
    await iam.CreateRole({ RoleName: "web", AssumeRolePolicyDocument: ec2Trust });
    await iam.CreateInstanceProfile({ InstanceProfileName, Path: "/fleet/" });
    await iam.AddRoleToInstanceProfile({ InstanceProfileName, RoleName: "web" });
    await assert.rejects(iam.AddRoleToInstanceProfile({ InstanceProfileName, RoleName: "web" }), {
      code: "LimitExceeded",
      message: "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
    });
    const { InstanceProfile: profile } = await iam.GetInstanceProfile({ InstanceProfileName });
    assert.equal(profile!.Arn, arnOf("instance-profile/fleet/web"));
    assert.equal(profile!.Roles![0]!.Arn, arnOf("role/web"));
    for (const deletion of [
      iam.DeleteRole({ RoleName: "web" }),
      iam.DeleteInstanceProfile({ InstanceProfileName }),
    ])
      await assert.rejects(deletion, {
        message: "Cannot delete entity, must remove roles from instance profile first.",
      });
    await iam.RemoveRoleFromInstanceProfile({ InstanceProfileName, RoleName: "web" });
    await iam.DeleteRole({ RoleName: "web" });
    await iam.DeleteInstanceProfile({ InstanceProfileName });
  }));

test("a service-linked role is changed by nobody but its service", () =>
  withIam(async (iam) => {
    const { Role: role } = await iam.CreateServiceLinkedRole({
      AWSServiceName: "autoscaling.amazonaws.com",
    });
    const RoleName = role!.RoleName!;
    assert.equal(
      role!.Arn,
      arnOf("role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"),
    );
    await assert.rejects(iam.DeleteRole({ RoleName }), { code: "UnmodifiableEntity" });
    await assert.rejects(
      iam.CreateServiceLinkedRole({ AWSServiceName: "autoscaling.amazonaws.com" }),
      { code: "InvalidInput", message: /has been taken in this account/ },
    );
    const { DeletionTaskId } = await iam.DeleteServiceLinkedRole({ RoleName });
    const { Status } = await iam.GetServiceLinkedRoleDeletionStatus({ DeletionTaskId });
    assert.equal(Status, "SUCCEEDED");
  }));

test("lists come in pages", () =>
  withIam(async (iam) => {
    for (const name of ["C", "a", "b"]) await iam.CreateUser({ UserName: name, Path: "/x/" });
    await iam.CreateUser({ UserName: "other" });
    const first = await iam.ListUsers({ MaxItems: 2, PathPrefix: "/x/" });
    assert.deepEqual(
      first.Users!.map(({ UserName }) => UserName),
      ["a", "b"],
    );
    assert.equal(first.IsTruncated, true);
    const second = await iam.ListUsers({ PathPrefix: "/x/", Marker: first.Marker });
    assert.deepEqual(
      second.Users!.map(({ UserName }) => UserName),
      ["C"],
    );
    assert.equal(second.IsTruncated, false);
    await assert.rejects(iam.ListUsers({ Marker: "nonsense" }), { code: "ValidationError" });
  }));

test("tags keep one spelling per key, and fifty at most", () =>
  withIam(async (iam) => {
    await iam.CreateUser({ UserName: "ann", Tags: [{ Key: "Team", Value: "shop" }] });
    await iam.TagUser({ UserName: "ann", Tags: [{ Key: "team", Value: "web" }] });
    assert.deepEqual((await iam.ListUserTags({ UserName: "ann" })).Tags, [
      { Key: "team", Value: "web" },
    ]);
    const twice = [
      { Key: "a", Value: "1" },
      { Key: "A", Value: "2" },
    ];
    await assert.rejects(iam.TagUser({ UserName: "ann", Tags: twice }), { code: "InvalidInput" });
    const many = Array.from({ length: 50 }, (_none, i) => ({ Key: `k${i}`, Value: "" }));
    await assert.rejects(iam.TagUser({ UserName: "ann", Tags: many }), { code: "LimitExceeded" });
    await iam.UntagUser({ UserName: "ann", TagKeys: ["TEAM"] });
    assert.deepEqual((await iam.ListUserTags({ UserName: "ann" })).Tags, []);
  }));

test("a user in a group, with a password, goes only after both", () =>
  withIam(async (iam) => {
    await iam.CreateUser({ UserName: "ann" });
    await iam.CreateGroup({ GroupName: "devs" });
    await iam.AddUserToGroup({ GroupName: "devs", UserName: "Ann" });
    assert.equal((await iam.ListGroupsForUser({ UserName: "ann" })).Groups!.length, 1);
    await assert.rejects(iam.CreateLoginProfile({ UserName: "ann", Password: "short" }), {
      code: "PasswordPolicyViolation",
    });
    await iam.CreateLoginProfile({ UserName: "ann", Password: "Correct-Horse-1" });
    await assert.rejects(iam.DeleteUser({ UserName: "ann" }), {
      message: "Cannot delete entity, must remove users from group first.",
    });
    await iam.RemoveUserFromGroup({ GroupName: "devs", UserName: "ann" });
    await assert.rejects(iam.DeleteUser({ UserName: "ann" }), {
      message: "Cannot delete entity, must delete login profile first.",
    });
    await iam.DeleteLoginProfile({ UserName: "ann" });
    await iam.DeleteUser({ UserName: "ann" });
    await assert.rejects(iam.GetUser({ UserName: "ann" }), {
      code: "NoSuchEntity",
      message: "The user with name ann cannot be found.",
    });
  }));

test("the account's summary and details count what is there", () =>
  withIam(async (iam) => {
    await iam.CreateRole({ RoleName: "web", AssumeRolePolicyDocument: ec2Trust });
    const PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
    await iam.AttachRolePolicy({ RoleName: "web", PolicyArn });
    const { SummaryMap: summary } = await iam.GetAccountSummary({});
    assert.equal(summary!.Roles, 1);
    const details = await iam.GetAccountAuthorizationDetails({});
    assert.equal(details.RoleDetailList![0]!.AttachedManagedPolicies![0]!.PolicyArn, PolicyArn);
    assert.equal(details.Policies![0]!.PolicyName, "AdministratorAccess");
    const own = await iam.GetAccountAuthorizationDetails({ Filter: ["LocalManagedPolicy"] });
    assert.equal(own.Policies!.length + own.RoleDetailList!.length, 0);
  }));

test("alias and password policy belong to the account, not to a region", () =>
  withIam(async (iam, cloud) => {
    await iam.CreateAccountAlias({ AccountAlias: "shop" });
    const there = cloud.clients.iam({ ...cloud.caller, region: "eu-west-1" });
    assert.deepEqual((await there.ListAccountAliases({})).AccountAliases, ["shop"]);
    await assert.rejects(iam.GetAccountPasswordPolicy({}), {
      code: "NoSuchEntity",
      message: "The Password Policy with domain name 123456789012 cannot be found.",
    });
    await iam.UpdateAccountPasswordPolicy({ MinimumPasswordLength: 12 });
    const { PasswordPolicy: policy } = await there.GetAccountPasswordPolicy({});
    assert.equal(policy!.MinimumPasswordLength, 12);
  }));
