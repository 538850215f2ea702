/**
 * The agent's configuration: what it may say, and what of that is not done here.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
 */
"use strict";

/** Measurements by section, each with the unit that it is published in. */
const measurements = {
  cpu: {
    usage_active: "Percent",
    usage_idle: "Percent",
    usage_system: "Percent",
    usage_user: "Percent",
  },
  disk: {
    free: "Bytes",
    total: "Bytes",
    used: "Bytes",
    used_percent: "Percent",
    inodes_free: "Count",
    inodes_total: "Count",
    inodes_used: "Count",
  },
  mem: {
    available: "Bytes",
    available_percent: "Percent",
    free: "Bytes",
    total: "Bytes",
    used: "Bytes",
    used_percent: "Percent",
  },
  processes: {
    blocked: "Count",
    running: "Count",
    sleeping: "Count",
    stopped: "Count",
    total: "Count",
    zombies: "Count",
  },
};

const common = ["measurement", "metrics_collection_interval", "append_dimensions"];
const members = {
  "": ["agent", "metrics", "logs"],
  agent: [
    "metrics_collection_interval",
    "run_as_user",
    "logfile",
    "debug",
    "quiet",
    "omit_hostname",
  ],
  metrics: [
    "namespace",
    "append_dimensions",
    "aggregation_dimensions",
    "metrics_collected",
    "force_flush_interval",
  ],
  cpu: [...common, "totalcpu", "resources"],
  disk: [...common, "resources", "drop_device", "ignore_file_system_types"],
  mem: common,
  processes: common,
  logs: ["logs_collected", "log_stream_name", "force_flush_interval"],
  logs_collected: ["files"],
  files: ["collect_list"],
  file: [
    "file_path",
    "log_group_name",
    "log_stream_name",
    "retention_in_days",
    "timestamp_format",
    "timezone",
    "multi_line_start_pattern",
  ],
};

const formatCodes = new Set("Y y m d H M S f b B z Z e A a I p".split(" "));
const doneCodes = new Set("Y y m d H M S f b e z".split(" "));

/** Every problem with the configuration; none when it can be run as it stands. */
function problemsOf(config) {
  const problems = [];
  const check = (value, kind, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      problems.push(`${path || "the configuration"} is not an object`);
      return {};
    }
    for (const name of Object.keys(value))
      if (!members[kind].includes(name))
        problems.push(`${path ? `${path}.` : ""}${name} is not supported on this machine`);
    return value;
  };
  const { agent, metrics, logs } = check(config, "", "");
  if (agent !== undefined) check(agent, "agent", "agent");
  if (metrics !== undefined) {
    const { metrics_collected: collected = {} } = check(metrics, "metrics", "metrics");
    for (const [section, given] of Object.entries(collected)) {
      const path = `metrics.metrics_collected.${section}`;
      if (!measurements[section]) {
        problems.push(`${path} is not supported on this machine`);
        continue;
      }
      check(given, section, path);
      if (section === "cpu" && given.totalcpu === false)
        problems.push(`${path}.totalcpu: the machine's processors are measured together only`);
      if (section === "cpu" && given.resources?.length > 0 && given.totalcpu !== true)
        problems.push(`${path}.resources: the machine's processors are measured together only`);
      for (const { name } of measured(section, given))
        if (!measurements[section][name])
          problems.push(`${path}.measurement ${name} is not supported on this machine`);
    }
  }
  if (logs !== undefined) {
    const { logs_collected: collected = {} } = check(logs, "logs", "logs");
    const { files } = check(collected, "logs_collected", "logs.logs_collected");
    const { collect_list: list = [] } =
      files === undefined ? {} : check(files, "files", "logs.logs_collected.files");
    for (const [index, file] of list.entries()) {
      const path = `logs.logs_collected.files.collect_list[${index}]`;
      check(file, "file", path);
      if (!file.file_path) problems.push(`${path}.file_path is required`);
      for (const [, code] of (file.timestamp_format ?? "").matchAll(/%-?(\w)/g))
        if (formatCodes.has(code) && !doneCodes.has(code))
          problems.push(`${path}.timestamp_format %${code} is not supported on this machine`);
    }
  }
  if (metrics === undefined && logs === undefined)
    problems.push("there is neither a metrics nor a logs section");
  return problems;
}

/** [{name, rename, unit}] of a section; names may carry the section in front. */
function measured(section, { measurement = [] }) {
  return measurement.map((one) => {
    const { name, ...more } = typeof one === "string" ? { name: one } : one;
    return {
      name: name.startsWith(`${section}_`) ? name.slice(section.length + 1) : name,
      ...more,
    };
  });
}

module.exports = { measured, measurements, problemsOf };
