import type { TestContext } from "node:test";
import type { ComputeDriver } from "../../driver.ts";
import { machineSpec } from "../../testing/machine-spec.ts";
import { createProcessHarness } from "./process-harness.ts";

/** Runs a script in a machine that lives for one test; undefined where this host does not let machines be so apart. */
export async function startMachine(
  t: TestContext,
  level: "root" | "directory" = "root",
): Promise<((script: string) => ReturnType<ComputeDriver["execute"]>) | undefined> {
  const harness = await createProcessHarness(level);
  t.after(() => harness.dispose());
  await harness.driver.launch(machineSpec("i-1"));
  if ((await harness.record("i-1")).isolation !== level) return undefined;
  return (script) => harness.driver.execute("i-1", ["sh", "-c", script]);
}
