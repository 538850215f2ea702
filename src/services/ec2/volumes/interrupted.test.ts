/**
 * Fogbank ends before or after any call that a volume's, a snapshot's or an image's life makes of the
 * driver; the next one, over the same store and machines, brings everything to its end.
 */
import assert from "node:assert/strict";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import type { ComputeDriver } from "#compute/driver.ts";
import { createProcessHarness } from "#compute/process/testing/process-harness.ts";
import { listLoopDevices } from "#compute/volumes/loop-devices.ts";
import { createMemoryStore } from "#store/memory.ts";
import type { Store } from "#store/store.ts";
import { createEc2Cloud, type Ec2Cloud } from "../testing/ec2-cloud.ts";

class Killed extends Error {}

/** The driver as a Fogbank sees it that ends at its n-th call, before the call or after it. */
function endingAt(
  driver: ComputeDriver,
  end: number,
  when: "before" | "after",
): { driver: ComputeDriver; calls: () => number } {
  let calls = 0;
  const counted = <T extends object>(target: T, names: readonly (keyof T)[]): T =>
    new Proxy(target, {
      get(of, name) {
        const value = Reflect.get(of, name) as unknown;
        if (typeof value !== "function") return value;
        const call = (...given: unknown[]) => Reflect.apply(value, of, given) as unknown;
        if (!names.includes(name as keyof T)) return call;
        return async (...given: unknown[]) => {
          calls++;
          if (calls > end || (calls === end && when === "before")) throw new Killed();
          const result = await call(...given);
          if (calls >= end) throw new Killed();
          return result;
        };
      },
    });
  const volumes = counted(driver.volumes, ["create", "attach", "detach", "snapshot", "delete"]);
  const whole = counted(driver, ["snapshot"]);
  return {
    driver: new Proxy(whole, {
      get: (of, name) => (name === "volumes" ? volumes : (Reflect.get(of, name) as unknown)),
    }),
    calls: () => calls,
  };
}

/** Nothing is written any more once Fogbank has ended. */
function endingWith(store: Store, isOver: () => boolean): Store {
  const transaction: Store["transaction"] = async (work) => {
    if (isOver()) throw new Killed();
    return store.transaction(work);
  };
  return Object.create(store, { transaction: { value: transaction } });
}

const AvailabilityZone = "us-east-1a";
const Device = "/dev/sdf";

test("a kill between any two steps of a volume's life is made good", async (t) => {
  const harness = await createProcessHarness();
  const memory = createMemoryStore();
  const store: Store = Object.create(memory, { close: { value: async () => {} } });
  let seed = 100;
  const open = (compute: ComputeDriver, isOver = () => false): Ec2Cloud =>
    createEc2Cloud({
      compute,
      store: endingWith(store, isOver),
      seed: seed++,
      onError: () => {},
      silent: true,
    });
  const passes = async (cloud: Ec2Cloud) => {
    await cloud.advance("1s");
    await harness.pass();
  };
  const until = (cloud: Ec2Cloud, what: string, holds: () => Promise<boolean>) =>
    eventually(what, holds, () => passes(cloud));
  const settled = async ({ ec2 }: Ec2Cloud) => {
    const { Volumes = [] } = await ec2.DescribeVolumes({});
    const { Snapshots = [] } = await ec2.DescribeSnapshots({ OwnerIds: ["self"] });
    const { Images = [] } = await ec2.DescribeImages({ Owners: ["self"] });
    return (
      Volumes.every(({ State }) => State === "available" || State === "in-use") &&
      Volumes.every(({ Attachments }) => Attachments!.every(({ State }) => State === "attached")) &&
      Snapshots.every(({ State }) => State === "completed") &&
      Images.every(({ State }) => State === "available")
    );
  };
  /** Ends early, without a word, when the driver is no more. */
  const live = async (cloud: Ec2Cloud, InstanceId: string, isOver: () => boolean) => {
    const { ec2 } = cloud;
    const wait = () => until(cloud, "the step", async () => isOver() || settled(cloud));
    const steps = [
      async () => void (volume = (await ec2.CreateVolume({ AvailabilityZone, Size: 1 })).VolumeId!),
      async () => void (await ec2.AttachVolume({ VolumeId: volume, InstanceId, Device })),
      async () => void (await ec2.CreateImage({ InstanceId, Name: `i${seed}`, NoReboot: true })),
      async () => void (await ec2.DetachVolume({ VolumeId: volume })),
      async () => void (await ec2.DeleteVolume({ VolumeId: volume })),
    ];
    let volume = "";
    for (const step of steps) {
      if (isOver()) return;
      await step();
      await wait();
    }
  };
  try {
    const lacking = await harness.driver.volumes.lacking();
    if (lacking !== undefined) return t.skip(lacking);
    const volumesDir = join(await realpath(harness.dataDir), "volumes");
    let cloud = open(harness.driver);
    const { Instances } = await cloud.ec2.RunInstances({
      ImageId: cloud.imageId,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      Placement: { AvailabilityZone },
    });
    const id = Instances![0]!.InstanceId!;
    await until(cloud, "it runs", async () => (await cloud.stateOf(id)) === "running");
    await cloud.stop();

    const whole = endingAt(harness.driver, Number.POSITIVE_INFINITY, "after");
    cloud = open(whole.driver);
    await live(cloud, id, () => false);
    await cloud.stop();
    assert.ok(whole.calls() >= 6, `${whole.calls()} calls`);

    for (let end = 1; end <= whole.calls(); end++)
      for (const when of ["before", "after"] as const) {
        const { driver, calls } = endingAt(harness.driver, end, when);
        const isOver = () => calls() >= end;
        const dying = open(driver, isOver);
        await live(dying, id, isOver).catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error;
        });
        await dying.stop();

        cloud = open(harness.driver);
        await until(cloud, `all is settled after ${when} ${end}`, () => settled(cloud));
        const { Volumes = [] } = await cloud.ec2.DescribeVolumes({
          Filters: [{ Name: "attachment.device", Values: [Device] }],
        });
        const wanted = Volumes.map(({ VolumeId }) => join(volumesDir, `${VolumeId}.img`));
        const devices = await listLoopDevices(volumesDir);
        assert.deepEqual(
          devices.map(({ file }) => file),
          wanted,
          `${when} ${end}`,
        );
        for (const { VolumeId } of (await cloud.ec2.DescribeVolumes({})).Volumes!) {
          if (VolumeId === Volumes[0]?.VolumeId) {
            await cloud.ec2.DetachVolume({ VolumeId });
            await until(cloud, "it is detached", () => settled(cloud));
          }
        }
        const { Volumes: free = [] } = await cloud.ec2.DescribeVolumes({
          Filters: [{ Name: "status", Values: ["available"] }],
        });
        for (const { VolumeId } of free) await cloud.ec2.DeleteVolume({ VolumeId });
        await until(cloud, "all is settled", () => settled(cloud));
        assert.deepEqual(await listLoopDevices(volumesDir), []);
        await cloud.stop();
      }
  } finally {
    await harness.dispose();
    await memory.close();
  }
});
