import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { renderBoot } from "./boot-script.ts";
import { planBoot } from "./user-data/plan.ts";

const filesOf = (userData: string, rootPath?: string) =>
  Object.fromEntries(
    renderBoot(planBoot(Buffer.from(userData)), rootPath === undefined ? {} : { rootPath }).map(
      ({ name, content }) => [name, Buffer.from(content).toString()],
    ),
  );

test("the boot script is valid shell, whatever the user's texts hold", () => {
  const files = filesOf(`#cloud-config
hostname: "a'b; touch /tmp/pwned"
no'such "key": 1
write_files: [{path: "/opt/it's $(here)", content: "'", owner: "a b", permissions: "0600"}]
runcmd: ["echo 'x"]
`);
  execFileSync("/bin/sh", ["-n"], { input: files["boot.sh"]! });
  assert.match(files["boot.sh"]!, /once set_hostname rename 'a'\\''b; touch \/tmp\/pwned'/);
});

test("without a root of its own, the paths that user data makes its own are moved below the volume", () => {
  const files = filesOf(
    `#!/bin/bash
cat > /opt/app.js <<E
get("https://x.example/opt/y"); f("/var/www/a")
E
node /opt/app.js & cp /etc/hosts /srv; ls /optional /usr/opt
`,
    "/data/root",
  );
  assert.equal(
    files["part-001"],
    `#!/bin/bash
cat > /data/root/opt/app.js <<E
get("https://x.example/opt/y"); f("/data/root/var/www/a")
E
node /data/root/opt/app.js & cp /etc/hosts /data/root/srv; ls /optional /usr/opt
`,
  );
  assert.match(files["boot.sh"]!, /this machine has no root of its own/);
});

test("without a root of its own, files of cloud-config stay below the volume", () => {
  const files = filesOf(
    "#cloud-config\nwrite_files: [{path: /etc/../../../x/y, content: a}, {path: /data/root/z, content: b}]\n",
    "/data/root",
  );
  assert.match(files["boot.sh"]!, /'\/data\/root\/x\/y'/);
  assert.match(files["boot.sh"]!, /'\/data\/root\/z'/);
});

test("with a root of its own, texts stay as they are", () => {
  const files = filesOf("#!/bin/sh\ncat /opt/a\n");
  assert.equal(files["part-001"], "#!/bin/sh\ncat /opt/a\n");
  assert.doesNotMatch(files["boot.sh"]!, /no root of its own/);
});
