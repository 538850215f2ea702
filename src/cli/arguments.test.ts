import assert from "node:assert/strict";
import { test } from "node:test";
import { OptionError } from "#cloud/options.ts";
import { readUpOptions } from "./arguments.ts";

test("options come from the command line, then from the environment, and have a value", () => {
  const environment = { FOGBANK_PORT: "4000", FOGBANK_SPEED: "10" };
  const { port, speed, dataDir } = readUpOptions(["--port", "0"], environment);
  assert.deepEqual([port, speed, dataDir], [0, 10, ".fogbank"]);
  assert.equal(readUpOptions(["--ephemeral"], {}).dataDir, undefined);
  for (const option of ["--port=", "--speed=", "--data-dir=", "--region=", "--host="])
    assert.throws(() => readUpOptions([option], {}), OptionError, option);
  assert.throws(() => readUpOptions([], { FOGBANK_DATA_DIR: "" }), OptionError);
  assert.throws(() => readUpOptions(["--ephemeral", "--data-dir=x"], {}), OptionError);
});
