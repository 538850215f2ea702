import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { eventually } from "#runtime/testing/eventually.ts";
import { createProcessHarness } from "#compute/process/testing/process-harness.ts";
import { createEc2Cloud } from "../testing/ec2-cloud.ts";

const lacking = !existsSync("/usr/sbin/sshd")
  ? "there is no sshd on this host"
  : spawnSync("ssh", ["-V"]).status !== 0 && "there is no ssh on this host";
const run = promisify(execFile);

test("who has the key pair's private half logs in", { skip: lacking }, async (t) => {
  const harness = await createProcessHarness();
  const cloud = createEc2Cloud({ compute: harness.driver });
  const directory = mkdtempSync(join(tmpdir(), "ssh-"));
  try {
    const keys: Record<string, string> = {};
    for (const KeyType of ["ed25519", "rsa"] as const) {
      const { KeyMaterial } = await cloud.ec2.CreateKeyPair({ KeyName: KeyType, KeyType });
      keys[KeyType] = join(directory, KeyType);
      writeFileSync(keys[KeyType], `${KeyMaterial}\n`, { mode: 0o600 });
    }
    const { Instances } = await cloud.ec2.RunInstances({
      ImageId: cloud.imageId,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      KeyName: "ed25519",
    });
    const id = Instances![0]!.InstanceId!;
    const logIn = async (key: string) => {
      const reach = await harness.driver.reach(id, 22);
      if (!reach || !("host" in reach)) return undefined;
      const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "BatchMode=yes"];
      const { stdout } = await run(
        "ssh",
        options
          .flatMap((option) => ["-o", option])
          .concat("-i", key, "-p", String(reach.port), `root@${reach.host}`, "hostname"),
      ).catch((error: { stdout?: string; stderr?: string }) => ({
        stdout: `refused: ${error.stderr ?? ""}`,
      }));
      return stdout;
    };
    const passes = async () => {
      await harness.pass();
      await cloud.advance("500ms");
    };
    await eventually("it runs", async () => (await cloud.stateOf(id)) === "running", passes);
    if (!(await harness.record(id)).ownAddress)
      return t.skip("machines have no addresses of their own here");
    const answer = await eventually(
      "a login",
      async () => {
        const text = await logIn(keys["ed25519"]!);
        return text?.startsWith("ip-") && text;
      },
      async () => {
        for (let count = 0; count < 10; count++) await passes();
      },
    );
    assert.match(answer, /^ip-172-31-/);
    assert.match((await logIn(keys["rsa"]!))!, /Permission denied/);
  } finally {
    await cloud.stop();
    await harness.dispose();
    rmSync(directory, { recursive: true });
  }
});
