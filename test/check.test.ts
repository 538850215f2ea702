/** Every step of `npm run check` passes on a sound project and fails on a violation planted for it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";

interface Planted {
  step: string;
  violation: string;
  /** What the step must say. */
  says: RegExp;
  files: Record<string, string>;
}

/** A project in which every step has something to look at and nothing to find. */
const sound: Record<string, string> = {
  "src/cli/main.ts": 'import { greet } from "#runtime/greet.ts";\n\ngreet("world");\n',
  "src/cloud/index.ts": 'export { greet } from "#runtime/greet.ts";\n',
  "src/runtime/greet.ts":
    "export function greet(name: string): void {\n  process.stdout.write(`hello ${name}\\n`);\n}\n",
  "src/runtime/greet.test.ts":
    'import { test } from "node:test";\nimport { greet } from "./greet.ts";\n\ntest("greets", () => greet("you"));\n',
  "src/traffic/worker.ts": 'process.stdout.write("working\\n");\n',
  "tools/package/fogbank.js": 'process.stdout.write("launched\\n");\n',
};

const planted: Planted[] = [
  {
    step: "formatting",
    violation: "a file that is not formatted",
    says: /greet\.ts/,
    files: { "src/runtime/greet.ts": "export function greet( name:string ):void{ void name }\n" },
  },
  {
    step: "types",
    violation: "a number where text is due",
    says: /main\.ts.*TS2345/s,
    files: {
      "src/cli/main.ts": 'import { greet } from "#runtime/greet.ts";\n\ngreet(1);\n',
    },
  },
  {
    step: "types",
    violation: "syntax that Node cannot strip",
    says: /TS1294/,
    files: { "src/runtime/greet.ts": "export enum Greeting {\n  hello,\n}\n" },
  },
  {
    step: "lint",
    violation: "a timer past the clock",
    says: /use clock\.after/,
    files: { "src/services/sqs/bad.ts": "setTimeout(() => {}, 5);\n" },
  },
  {
    step: "dead code",
    violation: "an export that nobody imports",
    says: /forgotten/,
    files: {
      "src/runtime/greet.ts": `${sound["src/runtime/greet.ts"]}\nexport const forgotten = 1;\n`,
    },
  },
  {
    step: "dead code",
    violation: "a file that nobody imports",
    says: /lonely\.ts/,
    files: { "src/runtime/lonely.ts": "export const lonely = 1;\n" },
  },
  {
    step: "dead code",
    violation: "a package that package.json does not name",
    says: /left-pad/,
    files: {
      "src/cloud/index.ts": 'export { greet } from "#runtime/greet.ts";\nimport "left-pad";\n',
    },
  },
  {
    step: "generated files",
    violation: "a page that is not what would be written",
    says: /COVERAGE\.md is not up to date/,
    files: { "COVERAGE.md": "# Coverage\n\nEverything is implemented.\n" },
  },
  {
    step: "tests",
    violation: "a test that fails",
    says: /not ok|✖ fails/,
    files: {
      "src/runtime/bad.test.ts":
        'import { test } from "node:test";\n\ntest("fails", () => {\n  throw new Error("as planted");\n});\n',
    },
  },
];

describe("npm run check", () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "fogbank-check-"));
    for (const name of ["package.json", "tsconfig.json", "knip.json", "oxlint.config.ts"])
      cpSync(name, join(folder, name));
    cpSync(".oxfmtrc.json", join(folder, ".oxfmtrc.json"));
    // The packages are shared, what tools remember beside them is not.
    for (const name of readdirSync("node_modules")) {
      if (name === ".cache") continue;
      mkdirSync(join(folder, "node_modules"), { recursive: true });
      symlinkSync(resolve("node_modules", name), join(folder, "node_modules", name));
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const plant = (files: Record<string, string>) => {
    for (const name of ["src", "test", "bench", "tools", "examples"])
      rmSync(join(folder, name), { recursive: true, force: true });
    for (const name of ["test", "bench", "examples"]) mkdirSync(join(folder, name));
    for (const [path, text] of Object.entries({ ...sound, ...files })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  };
  /** The generator is the project's own; what it writes, or compares with, is this folder's. */
  const plantGenerator = () =>
    symlinkSync(resolve("tools/generate.ts"), join(folder, "tools/generate.ts"));
  const check = (step: string) => {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [resolve("tools/check.ts"), step],
      { cwd: folder, env, encoding: "utf8" },
    );
    return { status, said: stdout + stderr };
  };

  for (const step of ["formatting", "types", "lint", "tests"])
    test(`${step}: passes on a sound project`, () => {
      plant({});
      const { status, said } = check(step);
      assert.equal(status, 0, said);
    });

  test("generated files: passes when they were generated", () => {
    plant({});
    plantGenerator();
    const generator = join(folder, "tools/generate.ts");
    spawnSync(process.execPath, [generator], { cwd: folder });
    const { status, said } = check("generated files");
    assert.equal(status, 0, said);
  });

  for (const { step, violation, says, files } of planted)
    test(`${step}: notices ${violation}`, () => {
      plant(files);
      if (step === "generated files") plantGenerator();
      const { status, said } = check(step);
      assert.match(said, says);
      assert.equal(status, 1);
    });
});
