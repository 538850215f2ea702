import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import { createProcessHarness } from "#compute/process/testing/process-harness.ts";
import { createEc2Cloud } from "../testing/ec2-cloud.ts";

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

test("a real machine asks who it is with a token of version 2", async () => {
  const harness = await createProcessHarness();
  const cloud = createEc2Cloud({ compute: harness.driver });
  try {
    const { Instances } = await cloud.ec2.RunInstances({
      ImageId: cloud.imageId,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      MetadataOptions: { HttpTokens: "required" },
      UserData: Buffer.from(userData).toString("base64"),
    });
    const id = Instances![0]!.InstanceId!;
    const text = async () => {
      const { Output } = await cloud.ec2.GetConsoleOutput({ InstanceId: id });
      return Buffer.from(Output ?? "", "base64").toString();
    };
    const isToldAll = async () => /without a token: \d/.test(await text());
    await eventually("it has asked", isToldAll, async () => {
      await harness.pass();
      await cloud.advance("100ms");
    });
    assert.match(await text(), new RegExp(`I am ${id} in us-east-1\nwithout a token: 401`));
  } finally {
    await cloud.stop();
    await harness.dispose();
  }
});
