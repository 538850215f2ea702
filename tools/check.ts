/**
 * Everything that must hold before a commit, in order of how soon it says no.
 *
 *   npm run check                       all of it
 *   npm run check -- types lint         these steps
 *   npm run check -- --without tests    all but these
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

interface Step {
  name: string;
  command: readonly string[];
}

const folders = ["src", "test", "bench", "tools", "examples"];
const configuration = ["package.json", "tsconfig.json", "knip.json", "oxlint.config.ts"];

const steps: readonly Step[] = [
  { name: "formatting", command: ["oxfmt", "--check", ...folders, ...configuration] },
  { name: "types", command: ["tsc", "-p", "."] },
  { name: "lint", command: ["oxlint", ...folders] },
  { name: "dead code", command: ["knip"] },
  { name: "generated files", command: ["node", "tools/generate.ts", "--check"] },
  {
    name: "tests",
    // Those in test/alone disturb others: npm run test:alone.
    command: ["node", "--test", "--test-timeout=300000", "src/**/*.test.ts", "test/*.test.ts"],
  },
];

const { values, positionals: only } = parseArgs({
  allowPositionals: true,
  options: { without: { type: "string", multiple: true, default: [] } },
});
const named = [...only, ...values.without];
const unknown = named.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  const known = steps.map(({ name }) => `"${name}"`).join(", ");
  process.stderr.write(`there is no step "${unknown.join('", "')}"; the steps are ${known}\n`);
  process.exit(2);
}
const failed: string[] = [];
for (const { name, command } of steps) {
  if (values.without.includes(name) || (only.length > 0 && !only.includes(name))) continue;
  const startMs = Date.now();
  const [program = "", ...args] = command;
  const { status } = spawnSync(`node_modules/.bin/${program}`, args, {
    stdio: ["ignore", "inherit", "inherit"],
    // The tools look for Node by themselves: for the project's, whichever started this file.
    env: { ...process.env, PATH: `node_modules/.bin:${process.env["PATH"]}` },
  });
  if (status !== 0) failed.push(name);
  const seconds = ((Date.now() - startMs) / 1000).toFixed(1);
  process.stderr.write(`${status === 0 ? "✔" : "✖"} ${name} (${seconds} s)\n`);
}
if (failed.length > 0) {
  process.stderr.write(`\nfailed: ${failed.join(", ")}\n`);
  process.exitCode = 1;
}
