import assert from "node:assert/strict";
import { describe, test } from "node:test";
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
      const spec = {
        image: { id: "ami-base" },
        environment: {},
        cpus: 1,
        memoryBytes: 512 * 1024 ** 2,
        hostname: "ip-10-0-0-9.ec2.internal",
        privateIp: "10.0.0.9",
        labels: {},
      };
      const { driver } = harness;
      await driver.launch({ ...spec, id: "i-app", userData: Buffer.from(userData) });
      if ((await harness.record("i-app")).isolation !== level)
        return t.skip("this host does not let us");
      /** Waits for an answer that is not the one given. */
      const answer = async (id: string, other = "") => {
        const reach = await driver.reach(id, 8090);
        assert.ok(reach && "host" in reach);
        for (let tries = 0; tries < 400; tries++) {
          const text = await fetch(`http://${reach.host}:${reach.port}/`).then(
            (reply) => reply.text(),
            () => "",
          );
          if (text !== "" && text !== other) return text;
          await harness.pass();
        }
        assert.fail(`${id} does not answer; its console: ${await driver.console(id)}`);
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
      await driver.launch({ ...spec, id: "i-clone", image: { id: "ami-golden" } });
      assert.match(await answer("i-clone"), /^hello \d+$/);
    });
  });
