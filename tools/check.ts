/** `npm run check`: everything that must hold before a commit, in order of how soon it says no. */
import { spawnSync } from "node:child_process";

interface Step {
  name: string;
  command: readonly string[];
}

const steps: readonly Step[] = [
  {
    name: "formatting",
    command: ["oxfmt", "--check", "src", "test", "bench", "tools", "examples"],
  },
  { name: "types", command: ["tsc", "-p", "."] },
  { name: "lint", command: ["oxlint", "src", "test", "bench", "tools", "examples"] },
  { name: "dead code", command: ["knip"] },
  { name: "generated files", command: ["node", "tools/generate.ts", "--check"] },
  {
    name: "tests",
    command: ["node", "--test", "src/**/*.test.ts", "test/**/*.test.ts"],
  },
];

const only = process.argv.slice(2);
for (const { name, command } of steps) {
  if (only.length > 0 && !only.includes(name)) continue;
  const startMs = Date.now();
  const [program = "", ...args] = command;
  const { status } = spawnSync(`node_modules/.bin/${program}`, args, { stdio: "inherit" });
  const seconds = ((Date.now() - startMs) / 1000).toFixed(1);
  if (status !== 0) {
    process.stderr.write(`\n✖ ${name} (${seconds} s)\n`);
    process.exit(1);
  }
  process.stderr.write(`✔ ${name} (${seconds} s)\n`);
}
