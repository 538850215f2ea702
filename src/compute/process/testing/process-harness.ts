/** Process drivers for tests: a directory of their own, and nothing left behind. */
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "#runtime/log.ts";
import { createScaledClock } from "#runtime/scaled-clock.ts";
import type { ComputeDriver } from "../../driver.ts";
import type { DriverHarness } from "../../driver.suite.ts";
import type { IsolationLevel } from "../isolation.ts";
import { pause } from "../../pause.ts";
import type { MachineRecord } from "../machine-record.ts";
import { createProcessDriver } from "../process-driver.ts";

export interface ProcessHarness extends DriverHarness {
  readonly dataDir: string;
  record(id: string): Promise<MachineRecord>;
}

export async function createProcessHarness(isolation?: IsolationLevel): Promise<ProcessHarness> {
  const dataDir = await mkdtemp(join(tmpdir(), "fogbank-test-"));
  // Machines without a root of their own run as a user who must get at their directory.
  await chmod(dataDir, 0o711);
  const clock = createScaledClock({
    onError: (error) => {
      throw error;
    },
  });
  const make = (): Promise<ComputeDriver> =>
    createProcessDriver({ dataDir, clock, log: createLog({ level: "silent" }), isolation });
  const record = async (id: string) =>
    JSON.parse(
      await readFile(join(dataDir, "machines", id, "state.json"), "utf8"),
    ) as MachineRecord;
  const harness: ProcessHarness = {
    dataDir,
    driver: await make(),
    record,
    pass: () => pause(clock.wall, 25),
    async recreate() {
      await harness.driver.close({ terminate: false });
      harness.driver = await make();
    },
    async burden(id) {
      await harness.driver.execute(id, ["sh", "-c", "while :; do :; done >/dev/null 2>&1 &"]);
    },
    async kill(id) {
      const { supervisor } = await record(id);
      process.kill(supervisor!.pid, "SIGKILL");
    },
    async dispose() {
      await harness.driver.close({ terminate: true });
      clock.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return harness;
}
