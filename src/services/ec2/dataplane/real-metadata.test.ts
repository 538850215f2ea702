import assert from "node:assert/strict";
import { test } from "node:test";
import { createRealCloud } from "../testing/real-cloud.ts";

const userData = `#!/bin/sh
imds=$AWS_EC2_METADATA_SERVICE_ENDPOINT/latest
cat > /opt/ask.js <<END
const ask = async () => {
  const token = await (await fetch("$imds/api/token", { method: "PUT", headers: { "X-aws-ec2-metadata-token-ttl-seconds": "60" } })).text();
  const get = async (path) => (await fetch("$imds/" + path, { headers: { "X-aws-ec2-metadata-token": token } })).text();
  console.log("I am", await get("meta-data/instance-id"), "in", await get("meta-data/placement/region"));
  console.log("without a token:", (await fetch("$imds/meta-data/")).status);
};
ask();
END
node /opt/ask.js
`;

test("a real machine asks who it is with a token of version 2", async (t) => {
  const cloud = await createRealCloud(t);
  const id = await cloud.launch(userData, { MetadataOptions: { HttpTokens: "required" } });
  const text = async () => {
    const { Output } = await cloud.ec2.GetConsoleOutput({ InstanceId: id });
    return Buffer.from(Output ?? "", "base64").toString();
  };
  await cloud.until(async () => /without a token: \d/.test(await text()));
  assert.match(await text(), new RegExp(`I am ${id} in us-east-1\nwithout a token: 401`));
});
