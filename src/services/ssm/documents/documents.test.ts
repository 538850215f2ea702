import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

const yaml = `schemaVersion: "2.2"
description: Says something
parameters:
  words:
    type: String
    default: hello
    allowedPattern: "^[a-z ]+$"
mainSteps:
  - action: aws:runShellScript
    name: say
    inputs:
      runCommand:
        - echo {{ words }}
`;

function ssmOf() {
  const cloud = createTestCloud();
  return { cloud, ssm: cloud.clients.ssm(cloud.caller) };
}

test("a document is read in either format, in its default version", async () => {
  const { cloud, ssm } = ssmOf();
  const { DocumentDescription: made } = await ssm.CreateDocument({
    Name: "say",
    Content: yaml,
    DocumentFormat: "YAML",
    VersionName: "first",
  });
  assert.deepEqual(
    [made!.DocumentVersion, made!.PlatformTypes, made!.Parameters],
    [
      "1",
      ["Linux", "MacOS"],
      [{ Name: "words", Type: "String", Description: undefined, DefaultValue: "hello" }],
    ],
  );
  await ssm.UpdateDocument({
    Name: "say",
    Content: yaml.replace("hello", "goodbye"),
    DocumentFormat: "YAML",
    DocumentVersion: "$LATEST",
  });
  const first = await ssm.GetDocument({ Name: "say" });
  assert.equal(JSON.parse(first.Content!).parameters.words.default, "hello");
  const latest = await ssm.GetDocument({
    Name: "say",
    DocumentVersion: "$LATEST",
    DocumentFormat: "YAML",
  });
  assert.match(latest.Content!, /default: goodbye/);
  await ssm.UpdateDocumentDefaultVersion({ Name: "say", DocumentVersion: "2" });
  assert.equal((await ssm.GetDocument({ Name: "say" })).DocumentVersion, "2");
  await assert.rejects(ssm.DeleteDocument({ Name: "say", DocumentVersion: "2" }), {
    code: "InvalidDocumentOperation",
  });
  const { DocumentVersions: versions } = await ssm.ListDocumentVersions({ Name: "say" });
  assert.deepEqual(
    versions!.map((one) => [one.DocumentVersion, one.IsDefaultVersion]),
    [
      ["1", false],
      ["2", true],
    ],
  );
  await cloud.stop();
});

test("content that is no document is refused with its reason", async () => {
  const { cloud, ssm } = ssmOf();
  await assert.rejects(ssm.CreateDocument({ Name: "bad", Content: yaml }), {
    code: "InvalidDocumentContent",
    message: "The content for the document is not valid.",
  });
  const Content = yaml.replace("aws:runShellScript", "aws:makeCoffee");
  await assert.rejects(ssm.CreateDocument({ Name: "bad", Content, DocumentFormat: "YAML" }), {
    message: "The action aws:makeCoffee isn't supported.",
  });
  await assert.rejects(ssm.GetDocument({ Name: "nowhere" }), {
    code: "InvalidDocument",
    message: "Document with name nowhere does not exist.",
  });
  await cloud.stop();
});

test("a document that is shared can be read from the other account", async () => {
  const { cloud, ssm } = ssmOf();
  await ssm.CreateDocument({ Name: "say", Content: yaml, DocumentFormat: "YAML" });
  const other = cloud.clients.ssm({ ...cloud.caller, account: "210987654321" });
  const Name = "arn:aws:ssm:us-east-1:123456789012:document/say";
  await assert.rejects(other.GetDocument({ Name }), { code: "InvalidDocument" });
  await ssm.ModifyDocumentPermission({
    Name: "say",
    PermissionType: "Share",
    AccountIdsToAdd: ["210987654321"],
  });
  assert.equal((await other.GetDocument({ Name })).DocumentVersion, "1");
  await assert.rejects(ssm.DeleteDocument({ Name: "say" }), { code: "InvalidDocumentOperation" });
  await cloud.stop();
});

test("AWS's own documents are listed with the account's", async () => {
  const { cloud, ssm } = ssmOf();
  await ssm.CreateDocument({ Name: "say", Content: yaml, DocumentFormat: "YAML" });
  const listed = async (Key: string, ...Values: string[]) =>
    (await ssm.ListDocuments({ Filters: [{ Key, Values }] })).DocumentIdentifiers!.map(
      ({ Name }) => Name,
    );
  assert.deepEqual(await listed("Owner", "Self"), ["say"]);
  assert.ok((await listed("Owner", "Amazon")).includes("AWS-StartPortForwardingSession"));
  assert.deepEqual(await listed("Name", "AWS-RunShell"), ["AWS-RunShellScript"]);
  await cloud.stop();
});
