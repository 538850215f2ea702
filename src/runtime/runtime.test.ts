import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseDuration } from "./duration.ts";
import { createLog } from "./log.ts";
import { createSeededRandom, createSystemRandom } from "./random.ts";

describe("randomness", () => {
  test("a seed makes a run repeatable", () => {
    const draw = (seed: number) => {
      const random = createSeededRandom(seed);
      return [random.uuid(), random.hex(17), random.next(), random.string(8, "abc")];
    };
    assert.deepEqual(draw(7), draw(7));
    assert.notDeepEqual(draw(7), draw(8));
  });

  test("a uuid is one of version 4, and numbers lie in [0, 1)", () => {
    const random = createSystemRandom();
    for (let round = 0; round < 200; round++) {
      assert.match(
        random.uuid(),
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      const number = random.next();
      assert.ok(number >= 0 && number < 1);
    }
  });
});

describe("durations", () => {
  const durations: [text: string, ms: number][] = [
    ["250ms", 250],
    ["30s", 30_000],
    ["15m", 900_000],
    ["1h30m", 5_400_000],
    ["2d", 172_800_000],
    ["90", 90_000],
    ["1.5h", 5_400_000],
  ];
  for (const [text, ms] of durations)
    test(`${text} is ${ms} ms`, () => assert.equal(parseDuration(text), ms));

  for (const text of ["", "soon", "5 m", "-3s", "3w"])
    test(`"${text}" is none`, () => assert.throws(() => parseDuration(text), RangeError));
});

describe("the log", () => {
  test("writes one JSON object a line, with bound fields, from its level on", () => {
    const lines: string[] = [];
    const log = createLog({ level: "warn", write: (line) => lines.push(line) });
    log.info("not written");
    log.with({ service: "sqs" }).error("broken", { error: new Error("why"), count: 3n });
    assert.equal(lines.length, 1);
    const line = JSON.parse(lines[0] ?? "") as Record<string, string>;
    assert.equal(line.message, "broken");
    assert.equal(line.service, "sqs");
    assert.equal(line.count, "3");
    assert.match(line.error ?? "", /Error: why/);
    assert.equal(log.enabled("info"), false);
  });
});
