import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { startCloud, type Cloud } from "#cloud/cloud.ts";

const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" };
process.env.FOGBANK_ROOT_ACCESS_KEY_ID ??= credentials.accessKeyId;
process.env.FOGBANK_ROOT_SECRET_ACCESS_KEY ??= credentials.secretAccessKey;

interface Form {
  fields: Record<string, string>;
  file?: string;
  conditions?: unknown[];
  secret?: string;
  headers?: Record<string, string>;
}

describe("forms that upload to S3", () => {
  let cloud: Cloud;
  before(async () => {
    cloud = await startCloud({ compute: "simulated", auth: "signed", logLevel: "silent" });
    const { S3Client, CreateBucketCommand } = await import("@aws-sdk/client-s3");
    const s3 = new S3Client({
      endpoint: cloud.endpoint,
      region: "us-east-1",
      credentials,
      forcePathStyle: true,
    });
    await s3.send(new CreateBucketCommand({ Bucket: "photos" }));
    read = async (Key) => {
      const { GetObjectCommand } = await import("@aws-sdk/client-s3");
      const found = await s3.send(new GetObjectCommand({ Bucket: "photos", Key }));
      return { text: await found.Body!.transformToString(), type: found.ContentType, ...found };
    };
  });
  after(() => cloud.stop());
  let read: (
    key: string,
  ) => Promise<{ text: string; type?: string | undefined; Metadata?: object }>;

  /** As botocore's generate_presigned_post makes it, with Signature Version 4. */
  const send = async ({ fields, file = "hello", conditions = [], secret, headers }: Form) => {
    const scope = "20260105/us-east-1/s3/aws4_request";
    const signed: Record<string, string> = {
      ...fields,
      "x-amz-algorithm": "AWS4-HMAC-SHA256",
      "x-amz-credential": `${credentials.accessKeyId}/${scope}`,
      "x-amz-date": "20260105T120000Z",
    };
    const own = Object.entries(signed).filter(([name]) => name !== "key");
    const policy = Buffer.from(
      JSON.stringify({
        expiration: "2999-01-01T00:00:00Z",
        conditions: [
          { bucket: "photos" },
          ["starts-with", "$key", "user/"],
          ...own.map(([name, value]) => ({ [name]: value })),
          ...conditions,
        ],
      }),
    ).toString("base64");
    let key = Buffer.from(`AWS4${secret ?? credentials.secretAccessKey}`);
    for (const part of scope.split("/")) key = createHmac("sha256", key).update(part).digest();
    const form = new FormData();
    for (const [name, value] of Object.entries(signed)) form.append(name, value);
    form.append("policy", policy);
    form.append("x-amz-signature", createHmac("sha256", key).update(policy).digest("hex"));
    form.append("file", new Blob([file]), "a b.txt");
    const reply = await fetch(`${cloud.endpoint}/photos`, {
      method: "POST",
      body: form,
      redirect: "manual",
      ...(headers && { headers }),
    });
    return { status: reply.status, headers: reply.headers, text: await reply.text() };
  };

  test("the file becomes the object that the fields describe", async () => {
    const reply = await send({
      fields: { key: "user/${filename}", "Content-Type": "text/plain", "x-amz-meta-by": "me" },
    });
    assert.equal(reply.status, 204, reply.text);
    assert.equal(reply.headers.get("etag"), '"5d41402abc4b2a76b9719d911017c592"');
    const found = await read("user/a b.txt");
    assert.deepEqual(
      [found.text, found.type, found.Metadata],
      ["hello", "text/plain", { by: "me" }],
    );
    const large = "0123456789\r\n--".repeat(200_000);
    assert.equal((await send({ fields: { key: "user/large" }, file: large })).status, 204);
    assert.equal((await read("user/large")).text, large);
  });

  test("the answer is what the form wants it to be", async () => {
    const key = "user/a&b";
    const made = await send({ fields: { key, success_action_status: "201" } });
    assert.equal(made.status, 201);
    assert.match(
      made.text,
      /<PostResponse><Location>http:\/\/[^<]+\/photos\/user\/a%26b<\/Location>/,
    );
    assert.match(made.text, /<Bucket>photos<\/Bucket><Key>user\/a&amp;b<\/Key><ETag>&quot;/);
    const sent = await send({
      fields: { key, success_action_redirect: "http://localhost:3000/done?x=1" },
    });
    assert.equal(sent.status, 303);
    assert.match(
      sent.headers.get("location")!,
      /^http:\/\/localhost:3000\/done\?x=1&bucket=photos&key=user%2Fa%26b&etag=%22/,
    );
  });

  const refused: [string, Form, number, RegExp][] = [
    ["a key outside of the prefix", { fields: { key: "a" } }, 403, /Policy Condition failed: \[/],
    ["another secret's signature", { fields: { key: "user/a" }, secret: "x" }, 403, /DoesNotMatch/],
    [
      "a file that is too large",
      { fields: { key: "user/no" }, conditions: [["content-length-range", 0, 4]] },
      400,
      /<Code>EntityTooLarge<.*<MaxSizeAllowed>4</s,
    ],
    [
      "a file that is too small",
      { fields: { key: "user/no" }, conditions: [["content-length-range", 6, 9]] },
      400,
      /<Code>EntityTooSmall<.*<MinSizeAllowed>6</s,
    ],
  ];
  for (const [what, form, status, text] of refused)
    test(`${what} is refused, and nothing is kept`, async () => {
      const reply = await send(form);
      assert.equal(reply.status, status);
      assert.match(reply.text, text);
      await assert.rejects(read("user/no"), { name: "NoSuchKey" });
    });

  test("a form brings its own file, whatever else its fields name", async () => {
    assert.equal((await send({ fields: { key: "user/own" }, file: "mine" })).status, 204);
    const source = { "x-amz-copy-source": "/photos/user/own" };
    const reply = await send({ fields: { key: "user/new", ...source }, file: "sent" });
    assert.equal(reply.status, 204, reply.text);
    assert.notEqual(reply.headers.get("etag"), "undefined");
    assert.equal((await read("user/new")).text, "sent");
  });

  test("nobody's form is anonymous, a form without a file or a key is refused", async () => {
    const post = async (fields: Record<string, string>) => {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      if (fields.file === undefined) form.append("file", new Blob(["x"]));
      const reply = await fetch(`${cloud.endpoint}/photos`, { method: "POST", body: form });
      return { status: reply.status, text: await reply.text() };
    };
    assert.equal((await post({ key: "user/a" })).status, 403);
    assert.match((await post({})).text, /must contain a field named &apos;key&apos;/);
    const form = new FormData();
    form.append("key", "user/a");
    form.append("file", new Blob(["x"]));
    const misspelt = await fetch(`${cloud.endpoint}/%ff`, { method: "POST", body: form });
    assert.match(await misspelt.text(), /<Code>NoSuchBucket<|<Code>InvalidBucketName</);
    const broken = await fetch(`${cloud.endpoint}/photos`, {
      method: "POST",
      headers: { "content-type": "multipart/form-data; boundary=b" },
      body: '--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nuser/a\r\n--b--',
    });
    assert.equal(broken.status, 400);
    assert.match(await broken.text(), /requires exactly one file upload/);
  });
});
