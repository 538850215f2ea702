/** Follows log files and brings their lines to CloudWatch Logs. */
"use strict";

const fs = require("node:fs");
const { dirname, join } = require("node:path");
const { setTimeout: pause } = require("node:timers/promises");
const { call, metadata } = require("../api/aws.cjs");
const { createClock } = require("./timestamps.cjs");

const root = process.env.FOGBANK_ROOT ?? "";
const chunkBytes = 256 * 1024;
const eventBytes = 256 * 1024 - 26;
const eventsPerBatch = 1000;

async function fillIn(name) {
  const instanceId = (await metadata("meta-data/instance-id")) ?? process.env.FOGBANK_MACHINE_ID;
  const facts = {
    instance_id: () => instanceId,
    hostname: () => metadata("meta-data/hostname"),
    local_hostname: () => require("node:os").hostname(),
    ip_address: () => metadata("meta-data/local-ipv4"),
    date: () => new Date().toISOString().slice(0, 10),
  };
  let text = name;
  for (const [fact, find] of Object.entries(facts))
    if (text.includes(`{${fact}}`))
      text = text.replaceAll(`{${fact}}`, (await find()) ?? "unknown");
  return text;
}

/** Where reading goes on after a restart of the agent: file by file. */
function createPositions(path) {
  let positions = {};
  try {
    positions = JSON.parse(fs.readFileSync(path, "utf8"));
  } catch {
    // The first run.
  }
  return {
    get: (file) => positions[file] ?? { inode: 0, offset: 0 },
    set(file, position) {
      positions[file] = position;
      fs.mkdirSync(dirname(path), { recursive: true });
      fs.writeFileSync(`${path}.new`, JSON.stringify(positions));
      fs.renameSync(`${path}.new`, path);
    },
  };
}

/** The whole lines behind a position; a rotated or shortened file begins anew. */
function readLines(file, { inode, offset }) {
  const descriptor = fs.openSync(file, "r");
  try {
    const stats = fs.fstatSync(descriptor);
    const start = stats.ino === inode && stats.size >= offset ? offset : 0;
    const buffer = Buffer.alloc(Math.min(chunkBytes, stats.size - start));
    const length = fs.readSync(descriptor, buffer, 0, buffer.length, start);
    const end = buffer.lastIndexOf("\n", length - 1) + 1;
    // A line that fills the whole chunk is cut, so that reading goes on.
    const taken = end === 0 && length === chunkBytes ? length : end;
    const text = buffer.toString("utf8", 0, taken);
    return {
      lines: text.split("\n").filter((line, index, all) => index < all.length - 1 || line !== ""),
      position: { inode: stats.ino, offset: start + taken },
      more: taken > 0 && start + taken < stats.size,
    };
  } finally {
    fs.closeSync(descriptor);
  }
}

function eventsOf(lines, clock, startsEvent) {
  const events = [];
  for (const line of lines) {
    const timestamp = clock.read(line);
    const last = events.at(-1);
    if (last && startsEvent && !startsEvent(line, timestamp)) last.message += `\n${line}`;
    else if (line !== "")
      events.push({
        message: line,
        timestamp: timestamp ?? last?.timestamp ?? new Date().getTime(),
      });
  }
  return events.map(({ message, timestamp }) => ({
    timestamp,
    message: Buffer.from(message).subarray(0, eventBytes).toString(),
  }));
}

async function put(place, events, retentionDays) {
  const sorted = events.toSorted((a, b) => a.timestamp - b.timestamp);
  for (let start = 0; start < sorted.length; start += eventsPerBatch) {
    const batch = { ...place, logEvents: sorted.slice(start, start + eventsPerBatch) };
    try {
      await call("logs", "PutLogEvents", batch);
    } catch (error) {
      if (error.code !== "ResourceNotFoundException") throw error;
      await make(place, retentionDays);
      await call("logs", "PutLogEvents", batch);
    }
  }
}

async function make({ logGroupName, logStreamName }, retentionDays) {
  const there = (error) => {
    if (error.code !== "ResourceAlreadyExistsException") throw error;
  };
  await call("logs", "CreateLogGroup", { logGroupName }).catch(there);
  if (retentionDays > 0)
    await call("logs", "PutRetentionPolicy", { logGroupName, retentionInDays: retentionDays });
  await call("logs", "CreateLogStream", { logGroupName, logStreamName }).catch(there);
}

function startPattern({ multi_line_start_pattern: pattern, timestamp_format: format }) {
  if (pattern === undefined) return undefined;
  if (pattern === "{timestamp_format}" || pattern === "{datetime_format}")
    return format === undefined ? undefined : (_line, timestamp) => timestamp !== undefined;
  const expression = new RegExp(pattern);
  return (line) => expression.test(line);
}

async function startTails({ logs }, stateFolder) {
  const positions = createPositions(join(stateFolder, "positions.json"));
  const stream = logs.log_stream_name ?? "{instance_id}";
  for (const file of logs.logs_collected?.files?.collect_list ?? []) {
    const own = file.file_path.startsWith(root) ? file.file_path : root + file.file_path;
    const place = {
      logGroupName: await fillIn(file.log_group_name ?? file.file_path),
      logStreamName: (await fillIn(file.log_stream_name ?? stream)).replaceAll(/[:*]/g, "-"),
    };
    const clock = createClock(file.timestamp_format, file.timezone);
    const startsEvent = startPattern(file);
    const follow = async () => {
      for (const path of fs.globSync(own)) {
        for (let more = true; more;) {
          const read = readLines(path, positions.get(path));
          const events = eventsOf(read.lines, clock, startsEvent);
          if (events.length > 0) await put(place, events, file.retention_in_days);
          // Only what Logs has is read: after a crash a line may come twice, and none is lost.
          if (read.lines.length > 0) positions.set(path, read.position);
          more = read.more;
        }
      }
    };
    const loop = async () => {
      for (;;) {
        await follow().catch((error) => console.error(`${file.file_path}: ${error.message}`));
        await pause(1000);
      }
    };
    void loop();
  }
}

module.exports = { startTails };
