/** A test cloud whose instances are real process machines, both ended with the test. */
import type { TestContext } from "node:test";
import {
  createProcessHarness,
  type ProcessHarness,
} from "#compute/process/testing/process-harness.ts";
import { eventually } from "#runtime/testing/eventually.ts";
import { createEc2Cloud, type Ec2Cloud, type Launch } from "./ec2-cloud.ts";

export interface RealCloud extends Ec2Cloud {
  harness: ProcessHarness;
  /** Launches a t3.micro with a script as its user data and gives its id; it may not run yet. */
  launch: (script: string, more?: Launch) => Promise<string>;
  /** Real machines take wall time; the cloud's clock follows so that nothing due is missed. */
  until: (holds: () => Promise<boolean>) => Promise<void>;
}

/** `step` is what passes of the cloud's time between two looks. */
export async function createRealCloud(t: TestContext, step = "100ms"): Promise<RealCloud> {
  const harness = await createProcessHarness();
  const cloud = createEc2Cloud({ compute: harness.driver });
  t.after(async () => {
    await cloud.stop();
    await harness.dispose();
  });
  return {
    ...cloud,
    harness,
    async launch(script, more) {
      const UserData = Buffer.from(script).toString("base64");
      const [id] = await cloud.run(1, { UserData, ...more });
      return id!;
    },
    async until(holds) {
      await eventually(holds.toString(), holds, async () => {
        await harness.pass();
        await cloud.advance(step);
      });
    },
  };
}
