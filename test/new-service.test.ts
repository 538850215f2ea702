/** `npm run new-service` writes a service that type-checks, passes its test and keeps the rules. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";

/** A client that plays one that no service has yet. */
const played = "@aws-sdk/client-sns";
const packageName = "@aws-sdk/client-pigeons";

describe("npm run new-service", () => {
  let folder: string;

  const run = (...args: string[]) => {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const options = { cwd: folder, env, encoding: "utf8" } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
    assert.equal(status, 0, stdout + stderr);
    return stdout;
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "fogbank-new-service-"));
    const names = ["src", "tools", "package.json", "tsconfig.json", "oxlint.config.ts"];
    for (const name of [...names, ".oxfmtrc.json"])
      cpSync(name, join(folder, name), { recursive: true });
    linkPackages(folder);
    cpSync(join("node_modules", played), join(folder, "node_modules", packageName), {
      recursive: true,
    });
    run("tools/new-service.ts", "pigeons", "--package", packageName);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("writes a folder that type-checks", () => {
    const tsc = ["node_modules/typescript/bin/tsc", "-p", "."];
    const { stdout } = spawnSync(process.execPath, tsc, { cwd: folder, encoding: "utf8" });
    const ours = /^src\/(services\/pigeons|model|cloud)\//;
    assert.deepEqual(
      stdout.split("\n").filter((line) => ours.test(line)),
      [],
    );
  });

  test("enters the service in order, wherever services are listed", () => {
    const registry = readFileSync(join(folder, "src/cloud/registry.ts"), "utf8");
    assert.match(registry, /logs: .*\n {2}pigeons: .*\n {2}route53: /);
    const lint = readFileSync(join(folder, "oxlint.config.ts"), "utf8");
    assert.match(lint, /"logs",\n {2}"pigeons",\n {2}"route53",/);
    const coverage = readFileSync(join(folder, "COVERAGE.md"), "utf8");
    assert.match(coverage, /\| \[pigeons\]\(#pigeons\) \| 1 \| 0 \|/);
  });

  test("writes an operation that passes its test", () => {
    run("--test", "src/services/pigeons/**/*.test.ts");
  });

  test("writes what the formatter and the linter accept", () => {
    const touched = ["src/services/pigeons", "src/model/facts.ts", "src/model/sdk.ts"];
    const lists = ["src/model/constraints", "src/cloud/registry.ts", "oxlint.config.ts"];
    run("node_modules/oxfmt/bin/oxfmt", "--check", ...touched, ...lists);
    run("node_modules/oxlint/bin/oxlint", ...touched, ...lists);
  });
});

function linkPackages(folder: string): void {
  for (const name of readdirSync("node_modules")) {
    const link = (path: string) => {
      mkdirSync(dirname(join(folder, "node_modules", path)), { recursive: true });
      symlinkSync(resolve("node_modules", path), join(folder, "node_modules", path));
    };
    if (name === ".cache") continue;
    if (name === "@aws-sdk")
      for (const client of readdirSync("node_modules/@aws-sdk")) link(`${name}/${client}`);
    else link(name);
  }
}
