/**
 * `npm run demo`: deploys the shop on a scaled clock, sends customers, kills an instance in the
 * middle of the rush, and says what came of it. Exits 1 when something was lost.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { play } from "./scenario/play.ts";
import { blackFriday } from "./scenario/scenario.ts";
import { printVerdict } from "./scenario/verdict.ts";

const dataDir = mkdtempSync(join(tmpdir(), "fogbank-demo-"));
// However it ends: Ctrl-C leaves as little behind as a verdict.
process.once("exit", () => rmSync(dataDir, { recursive: true, force: true }));
const findings = await play(blackFriday, dataDir);
process.exitCode = printVerdict(findings) ? 0 : 1;
