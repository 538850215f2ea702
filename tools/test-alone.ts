/**
 * Runs the tests of test/alone, one by one; on Linux, where root may, in a network name space of their
 * own, so that killed engines leave no rules, bridges and routes on this host.
 *
 *   npm run test:alone [-- test/alone/docker-packets.test.ts …]
 */
import { spawnSync } from "node:child_process";

const asked = process.argv.slice(2);
const files = asked.length > 0 ? asked : ["test/alone/*.test.ts"];
const test = [
  process.execPath,
  "--test",
  "--test-timeout=300000",
  "--test-concurrency=1",
  ...files,
];
const apart = ["unshare", "--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"];
const isPossible =
  process.platform === "linux" &&
  process.getuid?.() === 0 &&
  spawnSync("unshare", ["--net", "true"]).status === 0;
const [program, ...rest] = isPossible ? [...apart, ...test] : test;
const { status } = spawnSync(program!, rest, { stdio: "inherit" });
process.exitCode = status ?? 1;
