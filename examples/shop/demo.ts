/**
 * `npm run demo`: deploys the shop on a scaled clock, sends customers, kills an instance in the
 * middle of the rush, and says what came of it. Exits 1 when something was lost.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { play } from "./scenario/play.ts";
import { blackFriday } from "./scenario/scenario.ts";
import { printVerdict } from "./scenario/verdict.ts";

const dataDir = await mkdtemp(join(tmpdir(), "fogbank-demo-"));
try {
  const findings = await play(blackFriday, dataDir);
  process.exitCode = printVerdict(findings) ? 0 : 1;
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
