/** What every driver must do with volumes; part of the drivers' suite. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComputeDriver, MachineSpec } from "../driver.ts";

const mebibyte = 1024 ** 2;

export interface VolumesSuite {
  driver: () => ComputeDriver;
  launch: (given?: Partial<MachineSpec>) => Promise<MachineSpec>;
  reaches: (id: string, state: "running" | "stopped") => Promise<unknown>;
  eventually: (what: string, holds: () => Promise<boolean>) => Promise<unknown>;
  recreate: () => (() => Promise<void>) | undefined;
  /** Why machines may not mount anything; undefined where they may. */
  noMounts: string | undefined;
  noPrograms: string | undefined;
}

const userData = (lines: string) => new TextEncoder().encode(`#!/bin/sh\n${lines}\n`);

export function describeVolumes(suite: VolumesSuite): void {
  const { launch, reaches, eventually } = suite;
  let made = 0;
  const newVolume = async (sizeMiB = 16, from?: string) => {
    const id = `vol-${String(++made).padStart(17, "0")}`;
    await suite.driver().volumes.create({ id, sizeBytes: sizeMiB * mebibyte, from });
    return id;
  };
  const shell = async (id: string, script: string) => {
    const ran = await suite.driver().execute(id, ["sh", "-c", script]);
    assert.equal(ran.exitCode, 0, `${script}: ${ran.stderr}`);
    return ran.stdout.trim();
  };
  const withDisks = (
    name: string,
    body: () => Promise<void>,
    { mounts = false }: { mounts?: boolean } = {},
  ) =>
    test(
      name,
      { skip: suite.noPrograms ?? (mounts ? suite.noMounts : undefined) ?? false },
      async (t) => {
        const lacking = await suite.driver().volumes.lacking();
        if (lacking !== undefined) return t.skip(lacking);
        await body();
      },
    );

  test("a volume is made once, attached, detached and deleted", async () => {
    const { volumes } = suite.driver();
    const volumeId = await newVolume();
    await volumes.create({ id: volumeId, sizeBytes: 16 * mebibyte });
    const { id } = await launch();
    await volumes.attach(id, { volumeId, deviceName: "/dev/sdf" });
    await volumes.attach(id, { volumeId, deviceName: "/dev/sdf" });
    assert.equal(await volumes.detach(id, volumeId), "detached");
    assert.equal(await volumes.detach(id, volumeId), "detached");
    await volumes.delete(volumeId);
    await volumes.delete(volumeId);
    await suite.driver().terminate(id);
  });

  withDisks(
    "a running machine sees a volume when it is attached, under all its names",
    async () => {
      const { volumes } = suite.driver();
      const volumeId = await newVolume();
      const { id } = await launch();
      await volumes.attach(id, { volumeId, deviceName: "/dev/sdf" });
      const byId = `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace("-", "")}`;
      for (const name of ["/dev/nvme1n1", "/dev/sdf", "/dev/xvdf", byId])
        await shell(id, `[ -b ${name} ]`);
      await shell(id, "echo bytes | dd of=/dev/xvdf conv=fsync 2>&1");
      assert.equal(await shell(id, "head -c 5 /dev/nvme1n1"), "bytes");
      const beyond = await suite
        .driver()
        .execute(id, ["sh", "-c", "dd if=/dev/zero of=/dev/sdf bs=1M count=17 conv=fsync"]);
      assert.notEqual(beyond.exitCode, 0);
      assert.match(beyond.stderr, /[Nn]o space left/);
      assert.equal(await volumes.detach(id, volumeId), "detached");
      await shell(id, "[ ! -e /dev/nvme1n1 ] && [ ! -L /dev/sdf ] && [ ! -L /dev/xvdf ]");
      await volumes.delete(volumeId);
    },
  );

  withDisks(
    "user data makes a file system on a volume and mounts it; its bytes move to another machine",
    async () => {
      const { volumes } = suite.driver();
      const volumeId = await newVolume();
      const disk = { volumeId, deviceName: "/dev/xvdf" };
      const { id } = await launch({
        volumes: [disk],
        userData: userData(
          "mkfs -t ext4 /dev/xvdf && mkdir /data && mount /dev/xvdf /data && echo kept > /data/file && touch /opt/done",
        ),
      });
      await eventually("user data ended", async () => {
        const { exitCode } = await suite.driver().execute(id, ["test", "-e", "/opt/done"]);
        return exitCode === 0;
      });
      assert.equal(await volumes.detach(id, volumeId), "busy");
      await shell(id, "umount /data");
      assert.equal(await volumes.detach(id, volumeId), "detached");
      const other = await launch({ volumes: [disk] });
      await shell(other.id, "mkdir /data && mount /dev/sdf /data");
      assert.equal(await shell(other.id, "cat /data/file"), "kept");
      assert.equal(await volumes.detach(other.id, volumeId, { force: true }), "detached");
      await shell(other.id, "[ ! -e /data/file ]");
      await suite.driver().terminate(id);
      await suite.driver().terminate(other.id);
      await volumes.delete(volumeId);
    },
    { mounts: true },
  );

  withDisks(
    "a stopped machine has its volumes at its next start, those that are left",
    async () => {
      const { volumes } = suite.driver();
      const [one, two] = [await newVolume(), await newVolume()];
      const { id } = await launch({ volumes: [{ volumeId: one, deviceName: "/dev/sdf" }] });
      await shell(id, "echo one | dd of=/dev/sdf conv=fsync 2>&1");
      await suite.driver().stop(id);
      await reaches(id, "stopped");
      await volumes.attach(id, { volumeId: two, deviceName: "/dev/sdg" });
      await suite.driver().start(id);
      await reaches(id, "running");
      await eventually("the disks are there", async () => {
        const { exitCode } = await suite.driver().execute(id, ["test", "-b", "/dev/sdg"]);
        return exitCode === 0;
      });
      assert.equal(await shell(id, "head -c 3 /dev/sdf"), "one");
      await suite.driver().stop(id);
      await reaches(id, "stopped");
      await suite.driver().start(id, { volumes: [{ volumeId: two, deviceName: "/dev/sdg" }] });
      await reaches(id, "running");
      await shell(id, "[ ! -e /dev/sdf ]");
      await suite.driver().terminate(id);
      await volumes.delete(one);
      await volumes.delete(two);
    },
  );

  withDisks(
    "a volume grows under a running machine",
    async () => {
      const { volumes } = suite.driver();
      const volumeId = await newVolume(16);
      const { id } = await launch({ volumes: [{ volumeId, deviceName: "/dev/sdf" }] });
      await shell(id, "mkfs.ext4 -q /dev/sdf && mkdir /data && mount /dev/sdf /data");
      await volumes.grow(volumeId, 64 * mebibyte);
      assert.equal(await shell(id, "blockdev --getsize64 /dev/sdf"), String(64 * mebibyte));
      // While it is mounted only where Fogbank's host lets its root do that.
      await shell(id, "umount /data && e2fsck -fp /dev/sdf && resize2fs /dev/sdf 2>&1");
      await shell(id, "mount /dev/sdf /data && head -c 40000000 /dev/zero > /data/large");
      await suite.driver().terminate(id);
      await volumes.delete(volumeId);
    },
    { mounts: true },
  );

  withDisks(
    "a volume is restored from its snapshot, and a deleted snapshot leaves the others",
    async () => {
      const { volumes } = suite.driver();
      const volumeId = await newVolume();
      const { id } = await launch({ volumes: [{ volumeId, deviceName: "/dev/sdf" }] });
      const write = (text: string, atMiB: number) =>
        shell(id, `printf ${text} | dd of=/dev/sdf bs=1M seek=${atMiB} conv=fsync 2>&1`);
      const [first, second] = [`snap-${made}-a`, `snap-${made}-b`];
      await write("first", 0);
      await write("middle", 5);
      const one = await volumes.snapshot(volumeId, first);
      assert.ok(one.sizeBytes > 0 && one.sizeBytes < 4 * mebibyte);
      assert.equal(one.addedBytes, one.sizeBytes);
      await write("later", 9);
      const two = await volumes.snapshot(volumeId, second);
      assert.equal(two.addedBytes, two.sizeBytes - one.sizeBytes);
      await write("XXXXX", 0);
      await volumes.deleteSnapshot(first);
      const restored = await newVolume(32, second);
      await assert.rejects(newVolume(32, first));
      await volumes.attach(id, { volumeId: restored, deviceName: "/dev/sdg" });
      const read = (atMiB: number, length: number) =>
        shell(id, `dd if=/dev/sdg bs=1M skip=${atMiB} count=1 2>/dev/null | head -c ${length}`);
      assert.deepEqual(
        [await read(0, 5), await read(5, 6), await read(9, 5)],
        ["first", "middle", "later"],
      );
      await suite.driver().terminate(id);
      for (const each of [volumeId, restored]) await volumes.delete(each);
      await volumes.deleteSnapshot(second);
    },
  );

  withDisks("what a machine has read and written is counted", async () => {
    const { volumes } = suite.driver();
    const volumeId = await newVolume();
    const { id } = await launch({ volumes: [{ volumeId, deviceName: "/dev/sdf" }] });
    const before = (await volumes.measure(volumeId))!;
    await shell(id, "dd if=/dev/zero of=/dev/sdf bs=1M count=8 conv=fsync 2>&1");
    const after = (await volumes.measure(volumeId))!;
    assert.ok(after.writeBytes - before.writeBytes >= 8 * mebibyte);
    assert.ok(after.writeOps > before.writeOps);
    await suite.driver().terminate(id);
    assert.equal(await volumes.measure(volumeId), undefined);
    await volumes.delete(volumeId);
  });

  withDisks("a new driver finds volumes in machines as they were", async () => {
    const recreate = suite.recreate();
    if (!recreate) return;
    const volumeId = await newVolume();
    const { id } = await launch({ volumes: [{ volumeId, deviceName: "/dev/sdf" }] });
    await shell(id, "echo bytes | dd of=/dev/sdf conv=fsync 2>&1");
    await recreate();
    assert.equal(await shell(id, "head -c 5 /dev/sdf"), "bytes");
    const { volumes } = suite.driver();
    assert.equal(await volumes.detach(id, volumeId), "detached");
    await suite.driver().terminate(id);
    await volumes.delete(volumeId);
  });
}
