import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { dateOf } from "#runtime/date.ts";
import { ticksBetween } from "./ticks.ts";

/** Reads a PNG of eight bit colours without filters: the colour at a place, and how often each occurs. */
function readPng(bytes: Uint8Array) {
  const file = Buffer.from(bytes);
  assert.equal(file.toString("latin1", 1, 4), "PNG");
  let rows = Buffer.alloc(0);
  for (let at = 8; at < file.length; at += file.readUInt32BE(at) + 12)
    if (file.toString("latin1", at + 4, at + 8) === "IDAT")
      rows = inflateSync(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)));
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  const counts = new Map<string, number>();
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = y * (width * 3 + 1) + 1 + x * 3;
      const color = rows.toString("hex", at, at + 3);
      counts.set(color, (counts.get(color) ?? 0) + 1);
    }
  return { width, height, counts };
}

test("a graph is drawn with the colours, lines and annotations asked for", async () => {
  const cloud = createTestCloud();
  const client = cloud.clients.cloudwatch(cloud.caller);
  const nowMs = cloud.clock.now();
  await client.PutMetricData({
    Namespace: "Shop",
    MetricData: Array.from({ length: 180 }, (_, minute) => ({
      MetricName: "Load",
      Dimensions: [{ Name: "Host", Value: "a" }],
      Timestamp: dateOf(nowMs - (minute + 1) * 60_000),
      Value: 50 + 40 * Math.sin(minute / 20),
    })),
  });
  const draw = async (widget: object) => {
    const { MetricWidgetImage } = await client.GetMetricWidgetImage({
      MetricWidget: JSON.stringify(widget),
    });
    return readPng(MetricWidgetImage!);
  };
  const widget = {
    title: "Load of the shop",
    width: 500,
    height: 300,
    period: 60,
    metrics: [
      ["Shop", "Load", "Host", "a", { id: "m1", color: "#0000ff", label: "now ${LAST}" }],
      [{ expression: "m1 / 2", color: "#00ff00" }],
      ["...", "none"],
    ],
    annotations: { horizontal: [{ value: 80, label: "too much", color: "#ff0000" }] },
  };
  const image = await draw(widget);
  assert.deepEqual([image.width, image.height], [500, 300]);
  const count = (color: string) => image.counts.get(color) ?? 0;
  assert.ok(count("ffffff") > 100_000, "mostly white");
  assert.ok(count("0000ff") > 200, `blue: ${count("0000ff")}`);
  assert.ok(count("00ff00") > 200, `green: ${count("00ff00")}`);
  // A rule over the whole width, and its words.
  assert.ok(count("ff0000") > 400 && count("ff0000") < 800, `red: ${count("ff0000")}`);
  const { counts } = await draw({ ...widget, metrics: [["Shop", "Nothing"]] });
  assert.equal(counts.get("0000ff"), undefined);
  await cloud.stop();
});

test("what cannot be drawn is refused", async () => {
  const cloud = createTestCloud();
  const client = cloud.clients.cloudwatch(cloud.caller);
  const draw = (MetricWidget: string) => client.GetMetricWidgetImage({ MetricWidget });
  await assert.rejects(draw("{"), { code: "ValidationError" });
  await assert.rejects(draw("{}"), { message: "Should have property metrics." });
  await assert.rejects(draw('{"metrics": [], "width": 3000}'), {
    message: "MetricWidget: width must be from 1 to 2000.",
  });
  await assert.rejects(draw('{"metrics": [["Shop", "Load", "Host"]]}'), {
    message: "MetricWidget: a metric is a namespace, a name, and names and values of dimensions.",
  });
  await assert.rejects(draw('{"metrics": [], "view": "pie"}'), {
    message: "MetricWidget: Fogbank draws the view timeSeries, not pie.",
  });
  await cloud.stop();
});

test("axes have round numbers", () => {
  assert.deepEqual(ticksBetween(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(ticksBetween(10, 90, 5), [0, 20, 40, 60, 80, 100]);
  assert.deepEqual(ticksBetween(-3, 3, 5), [-4, -2, 0, 2, 4]);
});
