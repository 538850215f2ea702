/** Measures at the configured intervals and publishes the metrics. */
"use strict";

const { setTimeout: pause } = require("node:timers/promises");
const { call, groupOf, metadata } = require("../api/aws.cjs");
const { measured, measurements } = require("./config.cjs");
const measure = require("./measure.cjs");

const root = process.env.FOGBANK_ROOT ?? "";
const perRequest = 500;

async function dimensionValue(text) {
  const name = /^\$\{aws:(\w+)\}$/.exec(text)?.[1];
  const instanceId = async () =>
    (await metadata("meta-data/instance-id")) ?? process.env.FOGBANK_MACHINE_ID;
  if (name === undefined) return text;
  if (name === "InstanceId") return instanceId();
  if (name === "ImageId") return metadata("meta-data/ami-id");
  if (name === "InstanceType") return metadata("meta-data/instance-type");
  if (name === "AutoScalingGroupName") return groupOf(await instanceId());
  throw new Error(`append_dimensions ${text} is not known`);
}

async function resolveDimensions(given = {}) {
  const found = {};
  for (const [name, text] of Object.entries(given)) {
    const value = await dimensionValue(text);
    // An instance outside of any group has no such dimension.
    if (value) found[name] = value;
  }
  return found;
}

/** [{dimensions, values}] of one section. */
const collectors = {
  mem: () => () => [{ dimensions: {}, values: measure.memory() }],
  processes: () => () => [{ dimensions: {}, values: measure.processes() }],
  cpu() {
    const sample = measure.createCpuSampler();
    sample();
    return () => {
      const values = sample();
      return values ? [{ dimensions: { cpu: "cpu-total" }, values }] : [];
    };
  },
  disk({ resources = ["*"], drop_device: dropDevice = false }) {
    const paths = new Set(resources.map((path) => (path === "*" ? "/" : path)));
    return () =>
      [...paths].map((path) => {
        // A machine without a root of its own lives below a folder of its host.
        const { dimensions, values } = measure.diskOf(`${root}${path === "/" && root ? "" : path}`);
        const { device, fstype } = dimensions;
        return { dimensions: { path, ...(!dropDevice && { device }), fstype }, values };
      });
  },
};

function dataOf(section, given, found, base, aggregations, seconds) {
  const data = [];
  for (const { dimensions, values } of found)
    for (const { name, rename, unit } of measured(section, given)) {
      const all = { ...dimensions, ...given.append_dimensions, ...base };
      const sets = [all, ...aggregations.map((names) => only(all, names)).filter(Boolean)];
      for (const set of new Map(sets.map((one) => [keyOf(one), one])).values())
        data.push({
          MetricName: rename ?? `${section}_${name}`,
          Dimensions: Object.entries(set).map(([Name, Value]) => ({ Name, Value })),
          Unit: unit ?? measurements[section][name],
          Value: values[name],
          ...(seconds < 60 && { StorageResolution: 1 }),
        });
    }
  return data;
}

function keyOf(dimensions) {
  const pairs = Object.entries(dimensions).map(([name, value]) => `${name}=${value}`);
  return pairs.toSorted((a, b) => (a < b ? -1 : 1)).join("\n");
}

function only(dimensions, names) {
  if (!names.every((name) => name in dimensions)) return undefined;
  return Object.fromEntries(names.map((name) => [name, dimensions[name]]));
}

async function startMetrics({ agent = {}, metrics }) {
  const { namespace = "CWAgent", metrics_collected: collected = {} } = metrics;
  const own = await resolveDimensions(metrics.append_dimensions);
  const host = { host: require("node:os").hostname() };
  const base = Object.keys(own).length > 0 ? own : host;
  for (const [section, given] of Object.entries(collected)) {
    const seconds = given.metrics_collection_interval ?? agent.metrics_collection_interval ?? 60;
    const collect = collectors[section](given);
    const publish = async () => {
      const data = dataOf(
        section,
        given,
        collect(),
        base,
        metrics.aggregation_dimensions ?? [],
        seconds,
      );
      for (let start = 0; start < data.length; start += perRequest)
        await call("monitoring", "PutMetricData", {
          Namespace: namespace,
          MetricData: data.slice(start, start + perRequest),
        });
    };
    const loop = async () => {
      for (;;) {
        await publish().catch((error) => console.error(`${section}: ${error.message}`));
        await pause(seconds * 1000);
      }
    };
    void loop();
  }
}

module.exports = { startMetrics };
