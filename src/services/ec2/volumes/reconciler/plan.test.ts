import assert from "node:assert/strict";
import { test } from "node:test";
import type { VolumeAttachment, VolumeRecord } from "../records.ts";
import { planVolume, type Holder, type VolumeStep } from "./plan.ts";

const volume: VolumeRecord = {
  volumeId: "vol-1",
  zone: "us-east-1a",
  sizeGiB: 1,
  volumeType: "gp3",
  encrypted: false,
  createdMs: 0,
  tags: {},
};
const attached = (
  state: NonNullable<VolumeAttachment["state"]>,
  more: Partial<VolumeAttachment> = {},
): VolumeRecord => ({
  ...volume,
  attachment: {
    instanceId: "i-1",
    device: "/dev/sdf",
    deleteOnTermination: false,
    attachedMs: 0,
    state,
    ...more,
  },
});
const running: Holder = { state: "running", machine: "running" };
const stopped: Holder = { state: "stopped", machine: "stopped" };
const launching: Holder = { state: "pending", machine: "absent" };
const lost: Holder = { state: "running", machine: "absent" };
const shape = { sizeGiB: 1, volumeType: "gp3" };
const modified = (state: "modifying" | "optimizing"): VolumeRecord => ({
  ...volume,
  modification: { startedMs: 0, original: shape, target: shape, state },
});

const rows: [
  what: string,
  volume: VolumeRecord,
  holder: Holder | undefined,
  step: VolumeStep["do"],
][] = [
  ["is settled", volume, undefined, "wait"],
  ["is being made", { ...volume, state: "creating" }, undefined, "create"],
  ["could not be made", { ...volume, state: "error" }, undefined, "wait"],
  ["is being deleted", { ...volume, state: "deleting" }, undefined, "delete"],
  ["grows", modified("modifying"), undefined, "grow"],
  ["has grown", modified("optimizing"), undefined, "complete-modification"],
  ["attaches to a running machine", attached("attaching"), running, "attach"],
  ["attaches to a stopped machine", attached("attaching"), stopped, "attach"],
  ["attaches to a machine under way", attached("attaching"), launching, "wait"],
  ["attaches to a machine that is lost", attached("attaching"), lost, "mark-attached"],
  ["leaves a running machine", attached("detaching"), running, "detach"],
  ["is asked again whether it may leave", attached("busy"), running, "detach"],
  ["leaves a machine that is lost", attached("busy"), lost, "mark-detached"],
  ["leaves an instance that is gone", attached("detaching"), undefined, "mark-detached"],
];

for (const [what, record, holder, step] of rows)
  test(`a volume that ${what}: ${step}`, () => {
    assert.equal(planVolume(record, holder, false).do, step);
  });

test("a volume is not deleted while a snapshot of it is being taken", () => {
  assert.equal(planVolume({ ...volume, state: "deleting" }, undefined, true).do, "wait");
});

test("a detachment that is forced says so", () => {
  const forced = attached("busy", { forced: true });
  assert.deepEqual(planVolume(forced, running, false), { do: "detach", force: true });
});
