/** Each lint rule that the architecture leans on, proved by a violation planted for it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";

interface Planted {
  rule: string;
  /** What the linter must say. */
  says: RegExp;
  files: Record<string, string>;
}

const exporting = "export const thing = 1;\n";
const importing = (from: string) =>
  `import { thing } from "${from}";\nexport const other = thing;\n`;

const planted: Planted[] = [
  {
    rule: "a lower room must not import a higher one",
    says: /store\/ must not import services\//,
    files: {
      "src/store/bad.ts": importing("#services/kit/arn.ts"),
      "src/services/kit/arn.ts": exporting,
    },
  },
  {
    rule: "a relative path does not get around the arrows",
    says: /wire\/ must not import cloud\//,
    files: { "src/wire/bad.ts": importing("../cloud/thing.ts"), "src/cloud/thing.ts": exporting },
  },
  {
    rule: "rooms of one floor do not know each other",
    says: /store\/ must not import compute\//,
    files: {
      "src/store/bad.ts": importing("#compute/thing.ts"),
      "src/compute/thing.ts": exporting,
    },
  },
  {
    rule: "a service does not reach into another",
    says: /use sns through context\.clients\.sns/,
    files: {
      "src/services/sqs/bad.ts": importing("#services/sns/records.ts"),
      "src/services/sns/records.ts": exporting,
    },
  },
  {
    rule: "imports make no circles",
    says: /no-cycle/,
    files: {
      "src/runtime/one.ts":
        'import { two } from "#runtime/two.ts";\nexport const one = () => two;\n',
      "src/runtime/two.ts":
        'import { one } from "#runtime/one.ts";\nexport const two = () => one;\n',
    },
  },
  {
    rule: "timers come from the clock",
    says: /use clock\.after/,
    files: { "src/services/sqs/bad.ts": "export const wait = () => setTimeout(() => 1, 5);\n" },
  },
  {
    rule: "the time comes from the clock",
    says: /use clock\.now\(\)/,
    files: { "src/services/sqs/bad.ts": "export const now = () => Date.now();\n" },
  },
  {
    rule: "randomness comes from the cloud",
    says: /use the cloud's Random/,
    files: { "src/services/sqs/bad.ts": "export const dice = () => Math.random();\n" },
  },
  {
    rule: "no promise floats",
    says: /no-floating-promises/,
    files: {
      "src/services/sqs/bad.ts":
        "const work = async () => 1;\nexport const start = () => {\n  work();\n};\n",
    },
  },
  {
    rule: "no any",
    says: /no-explicit-any/,
    files: { "src/services/sqs/bad.ts": "export const any = (value: any) => String(value);\n" },
  },
];

describe("the linter notices a planted violation", () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "fogbank-lint-"));
    for (const name of ["oxlint.config.ts", "tsconfig.json", "package.json"])
      cpSync(name, join(folder, name));
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const { rule, says, files } of planted)
    test(rule, () => {
      rmSync(join(folder, "src"), { recursive: true, force: true });
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      const oxlint = resolve("node_modules/oxlint/bin/oxlint");
      const { stdout, status } = spawnSync(process.execPath, [oxlint, "src"], {
        cwd: folder,
        encoding: "utf8",
      });
      assert.match(stdout, says);
      assert.notEqual(status, 0);
    });
});
