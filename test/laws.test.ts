import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { laws } from "./laws.ts";

const tracked = execFileSync("git", ["ls-files", "src"], { encoding: "utf8" }).trim().split("\n");

for (const law of laws)
  describe(law.name, () => {
    test("holds everywhere", () => {
      const broken = tracked
        .filter(law.covers)
        .flatMap((path) =>
          law.judge(readFileSync(path, "utf8"), path).map((at) => `${path}:${at}`),
        );
      assert.deepEqual(broken, []);
    });

    test("would notice a violation", () => {
      const { path, text } = law.planted;
      assert.ok(law.covers(path), "the planted file is not even looked at");
      assert.equal(law.judge(text, path).length > 0, true);
    });
  });
