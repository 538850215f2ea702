/** Runs other programs, and says what they say while they run: one that never ends is understood only so. */
"use strict";

const fs = require("node:fs");
const { spawn } = require("node:child_process");
const { createInterface } = require("node:readline");

/** Each line goes to `log` when it comes. Answers exit code, signal and all that was written, when its pipes are closed. */
function run(log, name, program, words, options = {}) {
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"], ...options });
  const lines = [];
  const read = async (stream) => {
    for await (const line of createInterface({ input: stream })) {
      lines.push(line);
      if (line !== "") log("INFO", `${name}: ${line}`);
    }
  };
  const ended = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status, signal) => resolve({ code: status ?? 128, signal }));
  });
  return Promise.all([ended, read(child.stdout), read(child.stderr)]).then(([end]) => ({
    ...end,
    output: lines.join("\n").trim(),
  }));
}

/** A command line as a program and its words, for run and spawn: on Amazon Linux sh is bash under that name. */
function shellOf(command, options = {}) {
  return fs.existsSync("/bin/bash")
    ? ["/bin/bash", ["-c", command], { ...options, argv0: "sh" }]
    : ["/bin/sh", ["-c", command], options];
}

module.exports = { run, shellOf };
