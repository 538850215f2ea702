import assert from "node:assert/strict";
import { test } from "node:test";
import type { VolumeObservation } from "#compute/volumes/volume-driver.ts";
import { standsStill, use } from "./volume-sensor.ts";

const observation: VolumeObservation = {
  measuredMs: 0,
  readOps: 10,
  writeOps: 20,
  readBytes: 4096,
  writeBytes: 8192,
  readSeconds: 1,
  writeSeconds: 2,
  busySeconds: 3,
  queueLength: 0,
};

test("what a minute brought is told by name", () => {
  const after: VolumeObservation = {
    ...observation,
    measuredMs: 60_000,
    writeOps: 50,
    writeBytes: 1_008_192,
    writeSeconds: 32,
    busySeconds: 18,
  };
  const data = use(observation, after, { volumeId: "vol-1", instanceId: "i-1", startMs: 0 });
  const values = Object.fromEntries(data.map(({ MetricName, Value }) => [MetricName, Value]));
  assert.deepEqual(values, {
    VolumeReadOps: 0,
    VolumeWriteOps: 30,
    VolumeReadBytes: 0,
    VolumeWriteBytes: 1_000_000,
    VolumeTotalReadTime: 0,
    VolumeTotalWriteTime: 30,
    VolumeIdleTime: 45,
    VolumeQueueLength: 0.5,
  });
});

test("a volume stands still when what waits is not done", () => {
  const waiting = { ...observation, queueLength: 2 };
  assert.equal(standsStill(waiting, waiting), true);
  assert.equal(standsStill(waiting, { ...waiting, writeOps: 21 }), false);
  assert.equal(standsStill(observation, observation), false);
});
