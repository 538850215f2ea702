/** What every compute driver must do, run against each of them. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { eventually as waitFor } from "#runtime/testing/eventually.ts";
import type { ComputeDriver, MachineSpec, MachineState } from "./driver.ts";
import { machineSpec } from "./testing/machine-spec.ts";
import { describeVolumes } from "./volumes/volumes.suite.ts";

export interface DriverHarness {
  driver: ComputeDriver;
  /** Lets a little time pass, on whatever clock the driver lives. */
  pass(): Promise<void>;
  /** Leaves the machines alone and makes a new driver over them; undefined where they are only in memory. */
  recreate?: () => Promise<void>;
  /** Keeps the machine's processors busy from now on. */
  burden(id: string): Promise<void>;
  /** Kills all of the machine, as an administrator with kill -9 would. */
  kill(id: string): Promise<void>;
  dispose(): Promise<void>;
}

export interface DriverSuite {
  /** Why machines may not mount their volumes. */
  noMounts?: string;
  create(): Promise<DriverHarness>;
  /** Undefined where machines run real programs; else why tests that need one are skipped. */
  noPrograms?: string;
  /** Why a driver that is made anew finds nothing. */
  noAdoption?: string;
}

const shell = (lines: string) => new TextEncoder().encode(`#!/bin/sh\n${lines}\n`);

export function describeComputeDriver(name: string, suite: DriverSuite): void {
  const skipPrograms = suite.noPrograms ?? false;

  describe(`compute driver: ${name}`, () => {
    let harness: DriverHarness;
    let machines = 0;
    before(async () => {
      harness = await suite.create();
    });
    after(() => harness.dispose());

    const specOf = (given: Partial<MachineSpec> = {}) =>
      machineSpec(`i-${String(++machines).padStart(17, "0")}`, {
        environment: { COLOUR: "blue" },
        labels: { account: "123456789012" },
        ...given,
      });
    const eventually = (what: string, holds: () => Promise<boolean>) =>
      waitFor(what, holds, () => harness.pass());
    const reaches = (id: string, state: MachineState) =>
      eventually(
        `${id} becomes ${state}`,
        async () => (await harness.driver.observe(id)).state === state,
      );
    const launch = async (given?: Partial<MachineSpec>) => {
      const spec = specOf(given);
      await harness.driver.launch(spec);
      await reaches(spec.id, "running");
      return spec;
    };
    /** A file of the machine's root volume, whatever the driver's way to show it. */
    const read = async (id: string, path: string) =>
      (await harness.driver.execute(id, ["sh", "-c", `cat "$FOGBANK_ROOT${path}"`])).stdout;

    test("a machine is launched, listed with its labels, and terminated", async () => {
      const { id } = await launch();
      const listed = (await harness.driver.list()).find((machine) => machine.id === id);
      assert.equal(listed?.state, "running");
      assert.deepEqual(listed.labels, { account: "123456789012" });
      await harness.driver.terminate(id);
      assert.equal((await harness.driver.observe(id)).state, "absent");
      assert.equal(await harness.driver.reach(id, 80), undefined);
      await harness.driver.terminate(id);
    });

    test("a machine that nobody launched is absent", async () => {
      assert.equal((await harness.driver.observe("i-none")).state, "absent");
      await assert.rejects(harness.driver.start("i-none"), /no machine/);
    });

    test("launching twice makes one machine", async () => {
      const spec = specOf();
      await Promise.all([harness.driver.launch(spec), harness.driver.launch(spec)]);
      await reaches(spec.id, "running");
      await harness.driver.launch(spec);
      assert.equal((await harness.driver.list()).filter(({ id }) => id === spec.id).length, 1);
      assert.equal((await harness.driver.observe(spec.id)).state, "running");
    });

    test(
      "user data runs at the first boot only, and the disk outlives stop and start",
      { skip: skipPrograms },
      async () => {
        const { id } = await launch({ userData: shell('echo "$COLOUR" >> /opt/boots') });
        const content = () => read(id, "/opt/boots");
        await eventually("user data ran", async () => (await content()) === "blue\n");
        await harness.driver.stop(id);
        await reaches(id, "stopped");
        await harness.driver.start(id, { environment: { COLOUR: "red" } });
        await reaches(id, "running");
        await eventually(
          "the second boot ended",
          async () => (await harness.driver.console(id)).split(" finished at ").length > 2,
        );
        assert.equal(await content(), "blue\n");
        const { stdout } = await harness.driver.execute(id, ["sh", "-c", "echo $COLOUR"]);
        assert.equal(stdout, "red\n");
      },
    );

    test("a real server is reached at the machine's address", { skip: skipPrograms }, async () => {
      const program = `require("node:http").createServer((_, reply) => reply.end("here")).listen(8080, process.env.HOST)`;
      const { id } = await launch({ userData: shell(`node -e '${program}' &`) });
      const address = await harness.driver.reach(id, 8080);
      assert.ok(address && "host" in address);
      const ask = () =>
        fetch(`http://${address.host}:${address.port}/`).then(
          (reply) => reply.text(),
          () => "",
        );
      await eventually("the server answers", async () => (await ask()) === "here");
      await harness.driver.stop(id);
      await reaches(id, "stopped");
      assert.equal(await harness.driver.reach(id, 8080), undefined);
      assert.equal(await ask(), "");
    });

    test("two machines' servers on one port are told apart", { skip: skipPrograms }, async () => {
      const program = `require("node:http").createServer((_, reply) => reply.end(process.env.FOGBANK_MACHINE_ID)).listen(8081, process.env.HOST)`;
      const userData = shell(`node -e '${program}' &`);
      const ids = [(await launch({ userData })).id, (await launch({ userData })).id];
      for (const id of ids) {
        const address = await harness.driver.reach(id, 8081);
        assert.ok(address && "host" in address);
        await eventually(`${id} answers`, () =>
          fetch(`http://${address.host}:${address.port}/`).then(
            async (reply) => (await reply.text()) === id,
            () => false,
          ),
        );
      }
    });

    test("the console keeps what the machine printed", async () => {
      const { id } = await launch({ userData: shell("echo a word from user data") });
      const expected = skipPrograms ? "Cloud-init" : "a word from user data";
      await eventually("the console says it", async () =>
        (await harness.driver.console(id)).includes(expected),
      );
    });

    test("processor time grows under load and is kept over a restart", async () => {
      const { id } = await launch();
      const start = await harness.driver.observe(id);
      await harness.burden(id);
      await eventually("processor time grows", async () => {
        const now = await harness.driver.observe(id);
        assert.ok(now.measuredMs >= start.measuredMs);
        return now.cpuSeconds > start.cpuSeconds + 0.2;
      });
      const used = (await harness.driver.observe(id)).cpuSeconds;
      await harness.driver.stop(id, { force: true });
      await reaches(id, "stopped");
      assert.ok((await harness.driver.observe(id)).cpuSeconds >= used);
      await harness.driver.start(id);
      await reaches(id, "running");
      assert.ok((await harness.driver.observe(id)).cpuSeconds >= used);
    });

    test("a reboot brings the machine back", async () => {
      const { id } = await launch();
      await harness.driver.reboot(id);
      await reaches(id, "running");
    });

    test("a power cut fails a machine at once, and its disk is there after the next start", async () => {
      const { id } = await launch();
      const changed: string[] = [];
      const end = harness.driver.onChange((one) => changed.push(one));
      await harness.driver.kill(id);
      end();
      assert.equal((await harness.driver.observe(id)).state, "failed");
      assert.ok(changed.includes(id));
      await harness.driver.start(id);
      await reaches(id, "running");
      await harness.driver.terminate(id);
    });

    test("a paused machine uses no processor time until it is let go", async () => {
      const { id } = await launch();
      await harness.burden(id);
      const used = async () => {
        const { cpuSeconds, measuredMs } = await harness.driver.observe(id);
        return { cpuSeconds, measuredMs };
      };
      await eventually("it is busy", async () => (await used()).cpuSeconds > 0.05);
      await harness.driver.impair(id, { paused: true });
      const passes = async () => {
        const { measuredMs } = await used();
        await eventually("time passes", async () => (await used()).measuredMs > measuredMs + 300);
        return used();
      };
      // Readings of a moment ago may be given again: what was used before the pause is known by then.
      const before = await passes();
      assert.ok((await passes()).cpuSeconds - before.cpuSeconds < 0.05);
      await harness.driver.impair(id, {});
      await eventually(
        "it is busy again",
        async () => (await used()).cpuSeconds > before.cpuSeconds + 0.1,
      );
      await harness.driver.terminate(id);
    });

    test("a machine that is killed while it is paused ends", async () => {
      const { id } = await launch();
      await harness.driver.impair(id, { paused: true });
      await harness.driver.kill(id);
      assert.equal((await harness.driver.observe(id)).state, "failed");
      await harness.driver.terminate(id);
      assert.equal((await harness.driver.observe(id)).state, "absent");
    });

    test("a machine that was killed is reported as failed, and starts again", async () => {
      const { id } = await launch();
      const changed: string[] = [];
      const unsubscribe = harness.driver.onChange((which) => changed.push(which));
      await harness.kill(id);
      await reaches(id, "failed");
      await eventually("somebody is told", async () => changed.includes(id));
      assert.match((await harness.driver.observe(id)).reason ?? "", /./);
      assert.equal(await harness.driver.reach(id, 80), undefined);
      unsubscribe();
      await harness.driver.start(id);
      await reaches(id, "running");
    });

    test("a stopped machine stays stopped until it is started", async () => {
      const { id } = await launch();
      await harness.driver.stop(id);
      await reaches(id, "stopped");
      await harness.driver.stop(id);
      assert.equal((await harness.driver.observe(id)).state, "stopped");
      assert.equal((await harness.driver.observe(id)).memoryBytes, 0);
    });

    test("a clone boots from a snapshot's bytes", async () => {
      const { id } = await launch({ userData: shell("echo golden > /opt/file") });
      if (!skipPrograms) {
        await eventually(
          "the file is there",
          async () => (await read(id, "/opt/file")) === "golden\n",
        );
      }
      const { sizeBytes } = await harness.driver.snapshot(id, "ami-golden");
      assert.ok(sizeBytes > 0);
      const clone = await launch({ image: { id: "ami-golden" } });
      if (!skipPrograms) {
        assert.equal(await read(clone.id, "/opt/file"), "golden\n");
      }
      await harness.driver.deleteImage("ami-golden");
    });

    test(
      "a command runs inside, with its exit code, output and errors",
      { skip: skipPrograms },
      async () => {
        const { id } = await launch();
        const ran = await harness.driver.execute(
          id,
          ["sh", "-c", "echo $COLOUR $EXTRA; echo no >&2; exit 3"],
          {
            environment: { EXTRA: "more" },
          },
        );
        assert.deepEqual(ran, { exitCode: 3, stdout: "blue more\n", stderr: "no\n" });
        assert.equal((await harness.driver.execute(id, ["no-such-program"])).exitCode, 127);
        await assert.rejects(
          harness.driver.execute(id, ["sleep", "60"], { timeoutMs: 100 }),
          /the command took too long/,
        );
      },
    );

    test(
      "a program inside is talked with, at a terminal or without one",
      { skip: skipPrograms },
      async () => {
        const { id } = await launch();
        const said = async (terminal?: { columns: number; rows: number }) => {
          const talk = await harness.driver.converse(id, ["sh"], {
            environment: { COLOUR: "red" },
            ...(terminal && { terminal }),
          });
          let text = "";
          talk.output.on("data", (piece) => (text += Buffer.from(piece).toString()));
          talk.input.write("test -t 0 && stty size; echo $COLOUR $((40+2))\n");
          await eventually("it answers", async () => text.includes("red 42"));
          if (terminal) {
            await talk.resize({ columns: 90, rows: 33 });
            talk.input.write("stty size\n");
            await eventually("it is resized", async () => text.includes("33 90"));
          }
          talk.input.write("exit 3\n");
          assert.equal(await talk.ended, 3);
          return text;
        };
        assert.equal(await said(), "red 42\n");
        assert.match(await said({ columns: 80, rows: 25 }), /25 80/);
        const endless = await harness.driver.converse(id, ["sleep", "1000"], {
          terminal: { columns: 80, rows: 25 },
        });
        endless.end();
        assert.notEqual(await endless.ended, 0);
      },
    );

    describeVolumes({
      driver: () => harness.driver,
      launch,
      reaches,
      eventually,
      recreate: () => harness.recreate,
      noMounts: suite.noMounts,
      noPrograms: suite.noPrograms,
    });

    test(
      "a new driver finds the machines of the last one",
      { skip: suite.noAdoption ?? false },
      async () => {
        assert.ok(harness.recreate);
        const { id } = await launch({ userData: shell("sleep 1000 &\necho $$ > /opt/once") });
        await eventually("user data ran", async () => (await read(id, "/opt/once")) !== "");
        const before = await read(id, "/opt/once");
        const stopped = await launch();
        await harness.driver.stop(stopped.id);
        const killed = await launch();
        const reach = await harness.driver.reach(id, 80);
        await harness.recreate();
        assert.equal((await harness.driver.observe(id)).state, "running");
        assert.deepEqual(await harness.driver.reach(id, 80), reach);
        assert.deepEqual((await harness.driver.observe(id)).labels, { account: "123456789012" });
        assert.equal(await read(id, "/opt/once"), before);
        assert.equal((await harness.driver.observe(stopped.id)).state, "stopped");
        await harness.kill(killed.id);
        await reaches(killed.id, "failed");
        await harness.driver.stop(id);
        assert.equal((await harness.driver.observe(id)).state, "stopped");
      },
    );
  });
}
