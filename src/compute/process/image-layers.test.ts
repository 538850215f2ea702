/** Images of images: layers show through, what was taken away stays away, and none outlives its use. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { machineSpec } from "../testing/machine-spec.ts";
import { createProcessHarness } from "./testing/process-harness.ts";

const specOf = (id: string, image: string) => machineSpec(id, { image: { id: image } });

test("a clone of a clone has what its line wrote and lacks what it took away", async (t) => {
  const harness = await createProcessHarness();
  try {
    const shell = async (id: string, script: string) => {
      const { stdout, stderr, exitCode } = await harness.driver.execute(id, ["sh", "-c", script]);
      assert.equal(exitCode, 0, `${script}: ${stderr}`);
      return stdout.trim();
    };
    await harness.driver.launch(specOf("i-first", "ami-base"));
    if ((await harness.record("i-first")).isolation !== "root")
      return t.skip("machines have no root of their own");
    const theirs = await shell("i-first", "find /usr/share -type f | head -1");
    await shell(
      "i-first",
      `mkdir -p /opt/app /data && echo 1 > /opt/app/one && echo 1 > /data/one && echo 1 > /etc/one && rm ${theirs}`,
    );
    await harness.driver.snapshot("i-first", "ami-one");

    await harness.driver.launch(specOf("i-second", "ami-one"));
    assert.equal(await shell("i-second", "cat /opt/app/one /data/one /etc/one"), "1\n1\n1");
    await shell("i-second", `[ ! -e ${theirs} ]`);
    await shell("i-second", "rm -rf /opt/app /data && mkdir /opt/app && echo 2 > /opt/app/two");
    await shell("i-second", "mv /etc/one /srv/moved && echo 2 > /etc/two");
    // The first machine and its image are as they were.
    assert.equal(await shell("i-first", "cat /opt/app/one /data/one"), "1\n1");
    const { sizeBytes } = await harness.driver.snapshot("i-second", "ami-two");
    assert.ok(sizeBytes > 0);

    await harness.driver.launch(specOf("i-third", "ami-two"));
    const sees = () =>
      shell(
        "i-third",
        "ls /opt/app && cat /srv/moved /etc/two && [ ! -e /data ] && [ ! -e /etc/one ]",
      );
    assert.equal(await sees(), "two\n1\n2");
    await harness.driver.launch(specOf("i-other", "ami-one"));
    assert.equal(await shell("i-other", "cat /opt/app/one"), "1");

    // Images may go while machines stand on them.
    await harness.driver.deleteImage("ami-one");
    await harness.driver.deleteImage("ami-two");
    await harness.driver.stop("i-third", { force: true });
    await harness.recreate!();
    await harness.driver.start("i-third");
    assert.equal(await sees(), "two\n1\n2");
    const layers = () => readdir(join(harness.dataDir, "layers"));
    assert.equal((await layers()).length, 2);
    await harness.driver.terminate("i-third");
    assert.equal((await layers()).length, 1);
    for (const id of ["i-first", "i-second", "i-other"]) await harness.driver.terminate(id);
    assert.deepEqual(await layers(), []);
  } finally {
    await harness.dispose();
  }
});
