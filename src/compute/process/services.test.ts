import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import { machineSpec } from "../testing/machine-spec.ts";
import { startMachine } from "./testing/machine.ts";
import { createProcessHarness } from "./testing/process-harness.ts";

/** The most common user data there is: an application, its unit, and one command. */
const userData = `#!/bin/bash
mkdir -p /opt/app
cat > /opt/app/server.js <<'END'
const { createServer } = require("node:http");
createServer((_, reply) => reply.end(process.env.GREETING + " " + process.pid)).listen(8090, process.env.HOST);
END
cat > /etc/systemd/system/app.service <<'END'
[Unit]
Description=The application
After=network.target

[Service]
Environment=GREETING=hello
WorkingDirectory=/opt/app
ExecStart=/usr/bin/env node /opt/app/server.js
Restart=always
RestartSec=100ms

[Install]
WantedBy=multi-user.target
END
systemctl daemon-reload
systemctl enable --now app
`;

for (const level of ["root", "directory"] as const)
  describe(`services of a machine with its own ${level}`, () => {
    test("a unit of user data serves, is restarted after kill -9, comes back at every boot and in clones", async (t) => {
      const harness = await createProcessHarness(level);
      t.after(() => harness.dispose());
      const { driver } = harness;
      await driver.launch(machineSpec("i-app", { userData: Buffer.from(userData) }));
      if ((await harness.record("i-app")).isolation !== level)
        return t.skip("this host does not let us");
      /** Waits for an answer that is not the one given. */
      const answer = async (id: string, other = "") => {
        const reach = await driver.reach(id, 8090);
        assert.ok(reach && "host" in reach);
        return eventually(`an answer of ${id}`, async () => {
          const text = await fetch(`http://${reach.host}:${reach.port}/`).then(
            (reply) => reply.text(),
            () => "",
          );
          return text !== "" && text !== other && text;
        });
      };
      const first = await answer("i-app");
      assert.match(first, /^hello \d+$/);
      const run = async (...command: string[]) =>
        (await driver.execute("i-app", command)).stdout.trim();
      assert.equal(await run("systemctl", "is-active", "app"), "active");
      await run("kill", "-9", first.split(" ")[1]!);
      const second = await answer("i-app", first);
      assert.match(await driver.console("i-app"), /app\.service: its process ended \(signal 9\)/);

      await run("systemctl", "stop", "app");
      assert.equal(await run("systemctl", "is-active", "app"), "inactive");
      await driver.stop("i-app");
      await driver.start("i-app");
      assert.match(await answer("i-app", second), /^hello \d+$/);
      if (level === "directory") return;
      // Paths that a directory machine's user data names are those of that one machine.
      await driver.snapshot("i-app", "ami-golden");
      await driver.launch(machineSpec("i-clone", { image: { id: "ami-golden" } }));
      assert.match(await answer("i-clone"), /^hello \d+$/);
    });
  });

/** Goes into the background as nginx does: a session of its own, a file with its number, no variables left. */
const daemon = `#!/bin/sh
setsid env -i PATH="$PATH" sh -c 'echo $$ > /run/daemon.pid; sleep 1000 & exec sleep 2000' > /dev/null 2>&1 &
until [ -s /run/daemon.pid ]; do sleep 0.05; done
`;
const forkingUnit = `[Service]
Type=forking
PIDFile=/run/daemon.pid
ExecStartPre=/bin/rm -f /run/daemon.pid
ExecStart=/opt/daemon
Restart=on-failure
`;

test("a service that goes into the background is known by its file, restarted when it dies, and stopped whole", async (t) => {
  const run = await startMachine(t);
  if (!run) return t.skip("this host does not let us");
  const sh = async (script: string) => (await run(script)).stdout.trim();
  await sh(
    `cat > /opt/daemon <<'END'\n${daemon}END\nchmod +x /opt/daemon; cat > /etc/systemd/system/daemon.service <<'END'\n${forkingUnit}END\nsystemctl start daemon`,
  );
  const sleep = (count: string) =>
    eventually(`${count} sleep`, async () => (await sh("pgrep -fxc 'sleep [12]000'")) === count);
  assert.equal(await sh("systemctl is-active daemon"), "active");
  const first = await sh("cat /run/daemon.pid");
  await sleep("2");
  assert.equal(
    await sh("systemctl status daemon | grep -o 'Main PID: [0-9]*'"),
    `Main PID: ${first}`,
  );

  await sh("kill -9 $(cat /run/daemon.pid)");
  // The file names the new process before the start is complete.
  const again = `[ "$(cat /run/daemon.pid)" != ${first} ] && systemctl is-active daemon`;
  await eventually("it is active again", async () => (await sh(again)) === "active");
  await sh("systemctl stop daemon");
  assert.equal(await sh("systemctl is-active daemon"), "inactive");
  // The killed one's child is nobody's; that of the second went with it.
  await sleep("1");
});

test("a service runs as its user, with its directory, and what is older calls it by older names", async (t) => {
  const sh = await startMachine(t);
  if (!sh) return t.skip("this host does not let us");
  const unit = (user: string) => `[Service]
User=${user}
RuntimeDirectory=own
ExecStartPre=+/bin/sh -c 'id -un > /run/before'
ExecStart=/bin/sh -c 'echo $(id -un) $(id -gn) $HOME $(stat -c %%U /run/own) > /run/own/who; exec sleep 1000'

[Install]
WantedBy=multi-user.target
`;
  const place = (name: string, user: string) =>
    sh(`cat > /etc/systemd/system/${name}.service <<'END'\n${unit(user)}END`);
  if ((await sh("command -v setpriv")).exitCode !== 0) return t.skip("this host has no setpriv");
  await place("own", "nobody");
  const started = await sh("service own start && chkconfig own on && chkconfig own");
  assert.equal(started.exitCode, 0, started.stderr);
  assert.doesNotMatch(started.stderr, /User/);
  const group = (await sh("id -gn nobody")).stdout.trim();
  const home = (await sh("grep ^nobody: /etc/passwd | cut -d: -f6")).stdout.trim();
  await eventually("it has told who it is", async () => (await sh("cat /run/own/who")).stdout);
  assert.equal(
    (await sh("cat /run/before /run/own/who")).stdout,
    `root\nnobody ${group} ${home} nobody\n`,
  );
  assert.equal((await sh("service own stop; service own status")).exitCode, 3);
  await place("lost", "nobody-of-this-name");
  const lost = await sh("systemctl start lost");
  assert.equal(lost.exitCode, 1);
  assert.match(lost.stderr, /Failed to determine user credentials/);
});
