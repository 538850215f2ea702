/**
 * Runs the benchmarks one after the other: all, or those named.
 *
 *     npm run bench [-- gateway memory …]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const present = readdirSync(folder)
  .filter((name) => name.endsWith(".ts") && name !== "run.ts")
  .map((name) => name.slice(0, -".ts".length));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !present.includes(name));
if (unknown.length > 0) {
  console.error(`there is no benchmark ${unknown.join(", ")}; there are ${present.join(", ")}`);
  process.exit(2);
}
let failed = false;
for (const name of asked.length > 0 ? asked : present) {
  console.log(`\n== ${name}`);
  const child = spawn(process.execPath, [`${folder}${name}.ts`], { stdio: "inherit" });
  const [code] = (await once(child, "exit")) as [number | null];
  failed ||= code !== 0;
}
process.exitCode = failed ? 1 : 0;
