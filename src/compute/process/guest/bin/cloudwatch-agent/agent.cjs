/** The agent itself, run by its unit: agent.cjs CONFIGURATION */
"use strict";

const fs = require("node:fs");
const { dirname } = require("node:path");
const { startMetrics } = require("./metrics.cjs");
const { startTails } = require("./tail.cjs");

async function main() {
  const [path] = process.argv.slice(2);
  const config = JSON.parse(fs.readFileSync(path, "utf8"));
  if (config.logs) await startTails(config, dirname(path));
  if (config.metrics) await startMetrics(config);
}

main().catch((error) => {
  console.error(error.stack ?? String(error));
  process.exit(1);
});
