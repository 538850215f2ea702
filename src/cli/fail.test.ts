import assert from "node:assert/strict";
import { test } from "node:test";
import { OptionError } from "#cloud/options.ts";
import { readWish } from "./fail.ts";

test("what is to fail is read from the command line", () => {
  const wish = (line: string) => readWish(line.split(" "));
  const instance = "i-1";
  assert.deepEqual(wish("instance i-1"), { kind: "kill", instance });
  assert.deepEqual(wish("instance i-1 --slow 20% --for 10m"), {
    kind: "slow",
    instance,
    cpuShare: 0.2,
    for: "10m",
  });
  assert.deepEqual(wish("instance i-1 --loss 0.3 --delay 200ms"), {
    kind: "packets",
    instance,
    packetLoss: 0.3,
    packetDelayMs: 200,
  });
  assert.deepEqual(wish("target web i-1"), { targetGroup: "web", instance });
});

test("what is meant to be slow is not killed because a variable was empty", () => {
  for (const option of ["--slow=", "--loss=", "--delay=", "--slow=%", "--delay=ms", "--loss=much"])
    assert.throws(() => readWish(["instance", "i-1", option]), OptionError);
  assert.throws(() => readWish(["instance", "i-1", "--slow=200%"]), {
    message: '"200%" is no part; write for example 20%',
  });
  for (const option of ["--kill", "--slow=20%"])
    assert.throws(() => readWish(["instance", "i-1", "--pause", option]), OptionError);
});
