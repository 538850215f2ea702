import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import { readProcess } from "../process-table.ts";

/** The guest's programs as a machine without a root of its own runs them. */
function createPlace() {
  const place = mkdtempSync(join(tmpdir(), "fogbank-units-"));
  const root = join(place, "root");
  const units = join(root, "etc", "systemd", "system");
  mkdirSync(units, { recursive: true });
  mkdirSync(join(place, "boot"));
  const env = {
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: place,
    FOGBANK_ROOT: root,
    FOGBANK_BOOT: join(place, "boot"),
    FOGBANK_MACHINE_ID: place,
    FOGBANK_INIT: "none",
  };
  const systemctl = (...args: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const program = join(import.meta.dirname, "bin", "systemctl");
      const child = execFile(program, args, { env }, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  const names: string[] = [];
  return {
    place,
    systemctl,
    unit(name: string, text: string) {
      names.push(name);
      writeFileSync(join(units, name), text);
    },
    file: (name: string) => join(place, name),
    read: (name: string) => readFileSync(join(place, name), "utf8"),
    until: (what: string, holds: () => boolean | Promise<boolean>) =>
      eventually(what, holds, () => systemctl("daemon-reload")).catch((error: Error) =>
        assert.fail(
          `${error.message}; console: ${readFileSync(join(place, "console.log"), "utf8")}`,
        ),
      ),
    async dispose() {
      for (const name of names) await systemctl("stop", name);
      rmSync(place, { recursive: true });
    },
  };
}

describe("systemctl in a machine", () => {
  const place = createPlace();
  const { systemctl } = place;
  after(() => place.dispose());

  test("a unit is started with its environment, arguments and directory, and not with the caller's", async () => {
    writeFileSync(place.file("settings"), '# of the app\nFROM_FILE="a file"\nexport PLAIN=plain\n');
    place.unit(
      "words.service",
      `[Service]
Environment="SPACED=b c" D=e
Environment=F=g
EnvironmentFile=${place.file("settings")}
EnvironmentFile=-/nowhere
WorkingDirectory=${place.place}
ExecStartPre=-/bin/false
ExecStart=/bin/sh -c 'printf "<%%s>" "$$PWD" "$$@" > words' \\
  name $SPACED \${SPACED} "a \\"quoted\\" word" %n \${FROM_FILE} \${PLAIN}$$ ;x
`,
    );
    assert.deepEqual(await systemctl("start", "words"), { code: 0, stdout: "", stderr: "" });
    await place.until(
      "it ran",
      () => existsSync(place.file("words")) && place.read("words").endsWith(">"),
    );
    assert.equal(
      place.read("words"),
      [place.place, "b", "c", "b c", 'a "quoted" word', "words.service", "a file", "plain$", ";x"]
        .map((word) => `<${word}>`)
        .join(""),
    );
    await place.until(
      "it has ended",
      async () => (await systemctl("is-active", "words")).stdout === "inactive\n",
    );
  });

  test("a unit that nobody wrote is not found", async () => {
    assert.deepEqual(await systemctl("start", "nothing"), {
      code: 5,
      stdout: "",
      stderr: "Failed to start nothing.service: Unit nothing.service not found.\n",
    });
    assert.equal((await systemctl("restart", "nothing.service")).code, 5);
    assert.equal((await systemctl("enable", "--now", "nothing")).code, 1);
    assert.equal((await systemctl("status", "nothing")).code, 4);
    assert.deepEqual(await systemctl("is-active", "nothing"), {
      code: 4,
      stdout: "inactive\n",
      stderr: "",
    });
  });

  test("what is not supported is refused or named", async () => {
    place.unit("bus.service", "[Service]\nType=dbus\nExecStart=/bin/true\n");
    const onBus = await systemctl("start", "bus");
    assert.equal(onBus.code, 1);
    assert.match(onBus.stderr, /Type=dbus is not supported/);
    assert.match((await systemctl("start", "a.timer")).stderr, /only services are supported/);
    assert.match((await systemctl("isolate", "x")).stderr, /isolate is not supported/);
    assert.match((await systemctl("--user", "start", "x")).stderr, /--user is not supported/);
    place.unit(
      "named.service",
      "[Service]\nMemoryMax=1G\nLimitNOFILE=65536\nExecStart=/bin/sleep 4331\n",
    );
    const named = await systemctl("start", "named");
    assert.equal(named.code, 0);
    assert.match(named.stderr, /MemoryMax=, LimitNOFILE= are not supported .* ignored/);
  });

  test("a service that fails again and again is given up after five starts", async () => {
    // Of ten seconds unless the unit says otherwise: a slow host may not start it so often in them.
    place.unit(
      "fails.service",
      `[Unit]
StartLimitIntervalSec=300
[Service]
ExecStart=/bin/sh -c 'echo x >> ${place.file("starts")}; exit 3'
Restart=on-failure
RestartSec=20ms
`,
    );
    await systemctl("start", "fails");
    await place.until(
      "it is given up",
      async () => (await systemctl("is-failed", "fails")).stdout === "failed\n",
    );
    assert.equal(place.read("starts"), "x\n".repeat(5));
    assert.match((await systemctl("status", "fails")).stdout, /failed \(start-limit-hit\)/);
    assert.equal((await systemctl("is-active", "fails")).code, 3);
  });

  test("Restart=no leaves it ended, and says how it ended", async () => {
    place.unit("ends.service", "[Service]\nExecStart=/bin/sh -c 'exit 4'\n");
    await systemctl("start", "ends");
    await place.until("it ended", async () =>
      /failed \(exit code 4\)/.test((await systemctl("status", "ends")).stdout),
    );
  });

  test("stop ends all that the service started, also what ignores SIGTERM", async () => {
    place.unit(
      "deep.service",
      `[Service]
ExecStart=/bin/sh -c 'trap "" TERM; setsid sleep 4332 & echo $$$$ > ${place.file("pid")}; while :; do sleep 4333; done'
Restart=always
TimeoutStopSec=300ms
`,
    );
    await systemctl("start", "deep");
    await place.until("it runs", () => existsSync(place.file("pid")) && place.read("pid") !== "");
    const pid = Number(place.read("pid"));
    assert.equal((await systemctl("is-active", "deep")).stdout, "active\n");
    assert.equal((await systemctl("stop", "deep")).code, 0);
    // Nobody may have asked for its exit code yet.
    assert.ok(["Z", "X", undefined].includes(readProcess(pid)?.state));
    assert.equal((await systemctl("is-active", "deep")).stdout, "inactive\n");
  });

  test("a oneshot is waited for; with RemainAfterExit it stays active", async () => {
    const text = (more: string) =>
      `[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo 1 >> ${place.file("once")}'\nExecStart=/bin/sh -c '${more}'\nRemainAfterExit=yes\n`;
    place.unit("once.service", text("echo 2 >> ${OUT}").replace("${OUT}", place.file("once")));
    assert.equal((await systemctl("start", "once")).code, 0);
    assert.equal(place.read("once"), "1\n2\n");
    assert.equal((await systemctl("is-active", "once")).stdout, "active\n");
    place.unit("broken.service", text("exit 1"));
    const broken = await systemctl("start", "broken");
    assert.equal(broken.code, 1);
    assert.match(broken.stderr, /Job for broken\.service failed/);
  });

  test("drop-ins change a unit; an empty value forgets", async () => {
    place.unit("base.service", "[Service]\nExecStart=/bin/false\nExecReload=/bin/true\n");
    const folder = place.file("root/etc/systemd/system/base.service.d");
    mkdirSync(folder);
    writeFileSync(join(folder, "own.conf"), "[Service]\nExecStart=\nExecStart=/bin/sleep 4334\n");
    assert.equal((await systemctl("start", "base")).code, 0);
    assert.equal((await systemctl("is-active", "base")).stdout, "active\n");
    assert.equal((await systemctl("reload", "base")).code, 0);
  });

  test("enabling is remembered in the root volume and undone by disable", async () => {
    place.unit(
      "kept.service",
      "[Service]\nExecStart=/bin/sleep 4335\n[Install]\nWantedBy=multi-user.target\n",
    );
    const enabled = await systemctl("enable", "kept");
    assert.match(enabled.stderr, /^Created symlink .*multi-user\.target\.wants\/kept\.service → /);
    assert.ok(existsSync(place.file("root/var/lib/fogbank/enabled/kept.service")));
    assert.equal((await systemctl("is-enabled", "kept")).stdout, "enabled\n");
    await systemctl("disable", "--now", "kept");
    assert.deepEqual(await systemctl("is-enabled", "kept"), {
      code: 1,
      stdout: "disabled\n",
      stderr: "",
    });
  });
});
