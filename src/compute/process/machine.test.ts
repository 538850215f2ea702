import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { once } from "node:events";
import { eventually } from "#runtime/testing/eventually.ts";
import { machineSpec } from "../testing/machine-spec.ts";
import { removeTree } from "./disk.ts";
import { machineLayout, writeRecord } from "./machine-record.ts";
import { isAlive, listPids, readVariable } from "./process-table.ts";
import { machineVariable } from "./process-census.ts";
import { createProcessHarness, type ProcessHarness } from "./testing/process-harness.ts";

const specOf = (id: string, userData: string, environment = {}) =>
  machineSpec(id, { environment, userData: Buffer.from(userData) });

const bootEnded = (harness: ProcessHarness, id: string, times = 1) =>
  eventually(
    `boot ${times} of ${id} ended`,
    async () => (await harness.driver.console(id)).split(" finished at ").length > times,
  );

const processesOf = (directory: string) =>
  listPids().filter((pid) => readVariable(pid, machineVariable) === directory);

/** Undefined when it has ended meanwhile. */
function commandOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code!)) return undefined;
    throw error;
  }
}

for (const level of ["root", "directory"] as const)
  describe(`a machine with its own ${level}`, () => {
    let harness: ProcessHarness;
    let skip: string | false = false;
    before(async () => {
      harness = await createProcessHarness(level);
      await harness.driver.launch(specOf("i-probe", ""));
      if ((await harness.record("i-probe")).isolation !== level) skip = "this host does not let us";
      await harness.driver.terminate("i-probe");
    });
    after(() => harness.dispose());

    test("cloud-config files, commands and warnings; bootcmd at every boot", async (t) => {
      if (skip) return t.skip(skip);
      const id = "i-config";
      await harness.driver.launch(
        specOf(
          id,
          `#cloud-config
packages: [sh]
bootcmd: ["echo boot >> /opt/boots"]
write_files:
  - {path: /opt/app/config, content: "a: 1", permissions: "0640"}
  - {path: /opt/app/config, content: ", b: 2", append: true, permissions: "0640"}
runcmd:
  - [cp, /opt/app/config, "/opt/a copy"]
  - exit 7
`,
        ),
      );
      await bootEnded(harness, id);
      const read = async (command: string) =>
        (await harness.driver.execute(id, ["sh", "-c", command])).stdout;
      assert.equal(await read('cat "$FOGBANK_ROOT/opt/a copy"'), "a: 1, b: 2");
      assert.equal(await read('stat -c %a "$FOGBANK_ROOT/opt/app/config"'), "640\n");
      const console = await harness.driver.console(id);
      assert.match(console, /Package sh is already installed\./);
      assert.match(console, /Failed running runcmd \[7\]/);
      await harness.driver.reboot(id);
      await bootEnded(harness, id, 2);
      assert.equal(await read('cat "$FOGBANK_ROOT/opt/boots"'), "boot\nboot\n");
      assert.equal(await read('cat "$FOGBANK_ROOT/opt/a copy"'), "a: 1, b: 2");
    });

    test("what user data writes stays off the host", async (t) => {
      if (skip) return t.skip(skip);
      const id = "i-writer";
      const name = `fogbank-${process.pid}`;
      await harness.driver.launch(
        specOf(
          id,
          `#!/bin/sh\nfor at in /etc /opt /usr/local /var/lib; do echo x > $at/${name}; done\n`,
        ),
      );
      await bootEnded(harness, id);
      for (const at of ["/etc", "/opt", "/usr/local", "/var/lib"])
        assert.equal(existsSync(join(at, name)), false, at);
      const root = join(harness.dataDir, "machines", id, "root");
      assert.equal(readFileSync(join(root, "opt", name), "utf8"), "x\n");
      if (level === "root") assert.equal(readFileSync(join(root, "etc", name), "utf8"), "x\n");
      else assert.match(await harness.driver.console(id), /ermission denied|no root of its own/);
    });

    test("a start gives a stopped machine another host name", async (t) => {
      if (skip) return t.skip(skip);
      if (level === "directory") return t.skip("it shares its host's name");
      const id = "i-renamed";
      const told = async () =>
        (await harness.driver.execute(id, ["sh", "-c", "cat /proc/sys/kernel/hostname"])).stdout;
      await harness.driver.launch(specOf(id, "#!/bin/sh\n"));
      await bootEnded(harness, id);
      assert.equal(await told(), "ip-10-0-0-9.ec2.internal\n");
      await harness.driver.stop(id, { force: true });
      await harness.driver.start(id, { hostname: `${id}.ec2.internal` });
      await bootEnded(harness, id, 2);
      assert.equal(await told(), `${id}.ec2.internal\n`);
      await harness.driver.terminate(id);
    });

    test("processes that hide from their parents are found and ended", async (t) => {
      if (skip) return t.skip(skip);
      const id = "i-daemons";
      await harness.driver.launch(
        specOf(
          id,
          "#!/bin/sh\n(setsid sleep 4321 &)\nnohup sleep 4322 >/dev/null 2>&1 &\n(setsid sh -c 'trap \"\" TERM; sleep 4323; sleep 4324' &)\n",
        ),
      );
      await bootEnded(harness, id);
      const directory = join(harness.dataDir, "machines", id);
      // Each by its name: what is still on its way from fork to exec counts as a process too.
      const sleeps = ["4321", "4322", "4323"].map((seconds) => `sleep\0${seconds}\0`);
      await eventually("the daemons run", () => {
        const commands = processesOf(directory).map(commandOf);
        return commands.length >= 5 && sleeps.every((sleep) => commands.includes(sleep));
      });
      // Readings of a moment ago may be given again.
      await eventually(
        "their memory is seen",
        async () => (await harness.driver.observe(id)).memoryBytes > 0,
      );
      await harness.driver.terminate(id);
      assert.deepEqual(processesOf(directory), []);
      assert.equal(existsSync(directory), false);
    });

    test("a machine that shuts itself down is stopped, not failed", async (t) => {
      if (skip) return t.skip(skip);
      await harness.driver.launch(specOf("i-off", "#!/bin/sh\nsleep 4325 &\nshutdown -h now\n"));
      await eventually(
        "it stops",
        async () => (await harness.driver.observe("i-off")).state === "stopped",
      );
      assert.match((await harness.driver.observe("i-off")).reason!, /shut itself down/);
    });

    test("a process that took over a dead machine's number is left alone", async (t) => {
      if (skip) return t.skip(skip);
      const id = "i-reused";
      await harness.driver.launch(specOf(id, ""));
      await harness.driver.stop(id, { force: true });
      const foreign = spawn("sleep", ["4326"], { stdio: "ignore" });
      try {
        const path = join(harness.dataDir, "machines", id, "state.json");
        const record = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
        const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
        const supervisor = { pid: foreign.pid, startTicks: 1 };
        await writeFile(
          path,
          JSON.stringify({ ...record, phase: "running", supervisor, hostBootId: bootId }),
        );
        await harness.recreate!();
        assert.equal((await harness.driver.observe(id)).state, "failed");
        await harness.driver.terminate(id);
        assert.equal(foreign.exitCode, null);
        assert.equal(process.kill(foreign.pid!, 0), true);
      } finally {
        foreign.kill("SIGKILL");
      }
    });
  });

describe("a machine bound to its own address", () => {
  test("servers listen on ports of the kernel's choice, and beside themselves for IPv6 alone as nginx does", async (t) => {
    const harness = await createProcessHarness("root");
    t.after(() => harness.dispose());
    await harness.driver.launch(specOf("i-ports", ""));
    if (!(await harness.record("i-ports")).ownAddress) return t.skip("this host does not let us");
    const program = `
const { createServer } = require("node:net");
const { once } = require("node:events");
const answer = async (options, host) => {
  const server = createServer((socket) => socket.end("here")).listen(options);
  await once(server, "listening");
  const { port } = options.port === 0 ? server.address() : options;
  const socket = require("node:net").connect(port, host);
  const [text] = await once(socket, "data");
  return String(text);
};
(async () => {
  for (const host of ["127.0.0.1", "::1", "0.0.0.0", "::"])
    console.log(host, await answer({ port: 0, host }, host));
  for (const host of ["0.0.0.0", "::"])
    console.log(host, await answer({ port: 80, host, ipv6Only: host === "::" }, "::1"));
})().finally(() => process.exit());`;
    const { stdout } = await harness.driver.execute("i-ports", ["node", "-e", program]);
    const hosts = ["127.0.0.1", "::1", "0.0.0.0", "::", "0.0.0.0", "::"];
    assert.deepEqual(
      stdout.trim().split("\n"),
      hosts.map((host) => `${host} here`),
    );
  });

  test("servers on all addresses do not clash, localhost is the machine's, and so is its metadata", async (t) => {
    const harness = await createProcessHarness("root");
    const gateway = createServer((_request, reply) => reply.end("gateway")).listen(0, "127.0.0.1");
    await once(gateway, "listening");
    const { port } = gateway.address() as { port: number };
    const metadata: ReturnType<typeof createServer>[] = [];
    try {
      for (const id of ["i-one", "i-two"]) {
        const host = (await harness.driver.metadataHost(id))!;
        const server = createServer((_request, reply) => reply.end(`metadata of ${id}`));
        metadata.push(server.listen(1338, host));
        await once(server, "listening");
        const program = `
const { createServer } = require("node:http");
createServer((_, reply) => reply.end("all " + process.env.FOGBANK_MACHINE_ID)).listen(80);
createServer((_, reply) => reply.end("local " + process.env.FOGBANK_MACHINE_ID)).listen(8080, "127.0.0.1");`;
        const environment = {
          AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
          AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://${host}:1338`,
        };
        await harness.driver.launch(specOf(id, `#!/bin/sh\nnode -e '${program}' &\n`, environment));
        if (!(await harness.record(id)).ownAddress) return t.skip("this host does not let us");
      }
      for (const id of ["i-one", "i-two"]) {
        const host = (await harness.driver.metadataHost(id))!;
        const ask = (url: string) =>
          fetch(url).then(
            (reply) => reply.text(),
            () => "",
          );
        await eventually(`${id} listens`, async () => (await ask(`http://${host}:8080/`)) !== "");
        assert.equal(await ask(`http://${host}/`), `all ${id}`);
        const inside = async (url: string) =>
          (
            await harness.driver.execute(id, [
              "node",
              "-e",
              `fetch("${url}").then(async (r) => console.log(await r.text()))`,
            ])
          ).stdout.trim();
        assert.equal(await inside("http://localhost/"), `all ${id}`);
        assert.equal(await inside("http://[::1]:8080/"), `local ${id}`);
        assert.equal(await inside(`http://127.0.0.1:${port}/`), "gateway");
        assert.equal(await inside("http://169.254.169.254/latest/meta-data/"), `metadata of ${id}`);
      }
    } finally {
      for (const server of [gateway, ...metadata]) server.close().closeAllConnections();
      await harness.dispose();
    }
  });
});

describe("the end of Fogbank", () => {
  const child = (dataDir: string, passing: boolean) => `
import { createProcessDriver } from ${JSON.stringify(join(import.meta.dirname, "process-driver.ts"))};
import { createScaledClock } from "#runtime/scaled-clock.ts";
import { createLog } from "#runtime/log.ts";
const clock = createScaledClock({ onError: console.error });
const driver = await createProcessDriver({ dataDir: ${JSON.stringify(dataDir)}, clock, log: createLog({ level: "silent" }), passing: ${passing} });
await driver.launch(${JSON.stringify({ ...specOf("i-left", ""), userData: undefined })});
process.stdout.write("launched");
`;
  async function runAndKill(dataDir: string, passing: boolean) {
    const fogbank = spawn(
      process.execPath,
      ["--input-type=module-typescript", "-e", child(dataDir, passing)],
      {
        cwd: import.meta.dirname,
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    await once(fogbank.stdout, "data");
    fogbank.kill("SIGKILL");
    await once(fogbank, "exit");
  }

  test("after kill -9 its machines run on, and the next one adopts them", async () => {
    const harness = await createProcessHarness();
    await runAndKill(harness.dataDir, false);
    const { supervisor } = await harness.record("i-left");
    assert.ok(isAlive(supervisor!));
    await harness.recreate!();
    assert.equal((await harness.driver.observe("i-left")).state, "running");
    await harness.driver.launch(specOf("i-left", ""));
    assert.deepEqual((await harness.record("i-left")).supervisor, supervisor);
    await harness.dispose();
    assert.ok(!isAlive(supervisor!));
  });

  test("a launch that was cut short is forgotten, so that it is made again", async () => {
    const harness = await createProcessHarness();
    const id = "i-short";
    const { userData: _none, ...spec } = specOf(id, "");
    await writeRecord(machineLayout(join(harness.dataDir, "machines", id)), {
      version: 1,
      spec,
      phase: "pending",
      host: "127.100.0.9",
      isolation: "directory",
      cpuSeconds: 0,
      boots: 0,
    });
    await harness.recreate!();
    assert.equal((await harness.driver.observe(id)).state, "absent");
    await harness.driver.launch(specOf(id, ""));
    assert.equal((await harness.driver.observe(id)).state, "running");
    await harness.dispose();
  });

  test("a removal that was cut short is finished", async () => {
    const harness = await createProcessHarness();
    const directory = join(harness.dataDir, "machines", "i-half");
    await mkdir(join(directory, "root", "var"), { recursive: true });
    await harness.recreate!();
    assert.ok(!existsSync(directory));
    await harness.dispose();
  });

  test("a boot that came up unseen counts, so that user data does not run again", async () => {
    const harness = await createProcessHarness();
    await runAndKill(harness.dataDir, false);
    const record = await harness.record("i-left");
    const layout = machineLayout(join(harness.dataDir, "machines", "i-left"));
    await writeRecord(layout, { ...record, phase: "pending", boots: 0 });
    await harness.recreate!();
    assert.equal((await harness.driver.observe("i-left")).state, "running");
    assert.equal((await harness.record("i-left")).boots, 1);
    await harness.dispose();
  });

  test("machines of a cloud that keeps nothing end with it", async () => {
    const harness = await createProcessHarness();
    const dataDir = join(tmpdir(), `fogbank-passing-${process.pid}`);
    try {
      await runAndKill(dataDir, true);
      const directory = join(dataDir, "machines", "i-left");
      await eventually("they end", () => processesOf(directory).length === 0);
    } finally {
      await removeTree(dataDir);
      await harness.dispose();
    }
  });
});
