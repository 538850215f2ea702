/** Docker drivers for tests: in whatever engine answers, and nothing left behind but the base image. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "#runtime/clock.ts";
import { eventually } from "#runtime/testing/eventually.ts";
import { createLog } from "#runtime/log.ts";
import { createScaledClock } from "#runtime/scaled-clock.ts";
import type { DriverHarness } from "../../driver.suite.ts";
import { findProgram } from "../../process/isolation.ts";
import { createDockerDriver } from "../docker-driver.ts";
import type { Engine } from "../engine/engine.ts";
import { findEngine } from "../engine/find-engine.ts";
import { inspectImage } from "../images.ts";
import { labelFilter, labels } from "../labels.ts";
import { makeBaseImage } from "./base-image.ts";

/** Not the one that users make: tests must not decide what `--compute auto` chooses. */
export const testBase = "fogbank/test-base:latest";

export interface DockerHarness extends DriverHarness {
  readonly engine: Engine;
  readonly dataDir: string;
  readonly clock: Clock;
  /** The id of the machine's container. */
  container(id: string): Promise<string>;
}

/** Why no container can be made here; undefined when one can. */
export async function whyNoDocker(): Promise<string | undefined> {
  const clock = createTestClock();
  const { engine, text } = await findEngine(clock.wall);
  clock.stop();
  if (!engine) return text;
  return findProgram("busybox") === undefined ? "there is no busybox for a base image" : undefined;
}

export async function createDockerHarness(): Promise<DockerHarness> {
  const clock = createTestClock();
  // A busy one may not answer at once.
  const engine = await eventually("an engine", async () => (await findEngine(clock.wall)).engine);
  if (!(await inspectImage(engine, testBase))) await makeBaseImage(engine, testBase);
  const dataDir = await mkdtemp(join(tmpdir(), "fogbank-test-"));
  const log = createLog({ level: "silent" });
  const make = () => createDockerDriver({ engine, dataDir, clock, log, baseImage: testBase });
  const container = async (id: string) => {
    const found = await engine.json<{ Id: string }[]>("GET", "/containers/json", {
      query: { all: true, filters: labelFilter(`${labels.machine}=${id}`) },
    });
    return found[0]!.Id;
  };
  const harness: DockerHarness = {
    engine,
    dataDir,
    clock,
    container,
    driver: await make(),
    pass: () => new Promise((resolve) => void clock.wall.after(25, resolve)),
    async recreate() {
      await harness.driver.close({ terminate: false });
      harness.driver = await make();
    },
    async burden(id) {
      await harness.driver.execute(id, ["sh", "-c", "while :; do :; done >/dev/null 2>&1 &"]);
    },
    async kill(id) {
      await engine.call("POST", `/containers/${await container(id)}/kill`);
    },
    async dispose() {
      await harness.driver.close({ terminate: true });
      clock.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return harness;
}

function createTestClock(): Clock {
  return createScaledClock({
    onError: (error) => {
      throw error;
    },
  });
}
