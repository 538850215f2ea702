import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import type { BootStep } from "./boot-step.ts";
import { planBoot } from "./plan.ts";

const plan = (text: string | Uint8Array) =>
  planBoot(typeof text === "string" ? Buffer.from(text) : text).filter(
    ({ kind }) => kind !== "stage",
  );
const textOf = (step: BootStep | undefined) =>
  step && "content" in step ? Buffer.from(step.content).toString() : undefined;
const warnings = (steps: BootStep[]) =>
  steps.flatMap((step) => (step.kind === "warning" ? [step.text] : []));

test("no user data, no steps", () => {
  assert.deepEqual(plan(""), []);
  assert.deepEqual(
    planBoot(undefined).map((step) => step.kind === "stage" && step.name),
    ["init", "modules:config", "modules:final"],
  );
});

test("a script runs once per instance, byte for byte", () => {
  const script = "#!/usr/bin/env python3\nprint('ü')\n";
  const [step, ...rest] = plan(script);
  assert.deepEqual(rest, []);
  assert.deepEqual(
    { ...step, content: textOf(step) },
    {
      kind: "script",
      name: "part-001",
      content: script,
      module: "scripts_user",
      every: "instance",
    },
  );
});

test("compressed user data is unpacked", () => {
  assert.equal(textOf(plan(gzipSync("#!/bin/sh\ntrue\n"))[0]), "#!/bin/sh\ntrue\n");
});

test("text without a known beginning is not run", () => {
  const steps = plan("echo hello\n");
  assert.deepEqual(warnings(steps), [
    "Unhandled non-multipart (text/x-not-multipart) userdata: 'echo hello ...'",
  ]);
  assert.equal(steps.length, 1);
});

test("cloud-config: bootcmd at every boot, files, then runcmd once", () => {
  const steps = plan(`#cloud-config
runcmd:
  - echo one > /opt/one
  - [echo, "it's", two]
bootcmd:
  - mkdir -p /run/app
write_files:
  - path: /etc/app.conf
    content: |
      a=1
    permissions: '0600'
    owner: ec2-user:ec2-user
  - path: /opt/x
    encoding: b64
    content: aGVsbG8=
    permissions: 0755
    append: true
  - path: /opt/late
    defer: true
    content: late
`);
  assert.deepEqual(
    steps.map((step) =>
      step.kind === "file" ? step.path : step.kind === "script" ? step.name : step,
    ),
    ["bootcmd", "/etc/app.conf", "/opt/x", "/opt/late", "runcmd"],
  );
  const [bootcmd, conf, x, , runcmd] = steps;
  assert.ok(bootcmd?.kind === "script" && bootcmd.every === "boot");
  assert.ok(runcmd?.kind === "script" && runcmd.every === "instance");
  assert.equal(textOf(bootcmd), "#!/bin/sh\nmkdir -p /run/app\n");
  assert.equal(textOf(runcmd), "#!/bin/sh\necho one > /opt/one\n'echo' 'it'\\''s' 'two'\n");
  assert.ok(conf?.kind === "file" && x?.kind === "file");
  assert.equal(textOf(conf), "a=1\n");
  assert.equal(conf.permissions, "0600");
  assert.equal(conf.owner, "ec2-user:ec2-user");
  assert.equal(textOf(x), "hello");
  assert.equal(x.permissions, "0755");
  assert.equal(x.append, true);
});

test("encodings of files: gzip in base64, and YAML's own binary", () => {
  const packed = gzipSync("squeezed").toString("base64");
  const steps = plan(`#cloud-config
write_files:
  - {path: /a, encoding: gz+b64, content: ${packed}}
  - {path: /b, encoding: gzip, content: !!binary ${packed}}
`);
  assert.deepEqual(steps.map(textOf), ["squeezed", "squeezed"]);
});

test("what a machine cannot do is said, and the rest is done", () => {
  const steps = plan(`#cloud-config
users: [default]
ssh_authorized_keys: [ssh-ed25519 AAAA]
swap: {size: 1}
write_files: [{path: /a, source: {uri: "https://x.example/"}}, {content: lost}]
runcmd: ["true"]
`);
  assert.deepEqual(warnings(steps), [
    "users ignored: users cannot be made; there is nobody to log in",
    "ssh_authorized_keys ignored: nothing listens for SSH; run commands through Systems Manager",
    "swap ignored: this part of cloud-init is not supported",
    "/a was not written: content from a 'source' URL is not supported",
    "No path provided to write for entry",
  ]);
  assert.equal(steps.at(-1)?.kind, "script");
});

test("packages are installed before anything else that user data runs", () => {
  const steps = plan(`#cloud-config
package_update: true
package_upgrade: true
packages: [httpd, [php, "8.2"], {snap: [x]}]
write_files: [{path: /a, content: late, defer: true}]
runcmd: ["true"]
`);
  const [install, ...rest] = steps.filter(({ kind }) => kind === "script" || kind === "file");
  assert.equal(
    textOf(install),
    "#!/bin/sh\ndnf makecache\ndnf upgrade -y\ndnf install -y 'httpd' 'php'\n",
  );
  assert.deepEqual(rest.map(textOf), ["late", "#!/bin/sh\ntrue\n"]);
  assert.deepEqual(warnings(steps), [
    'php is installed in the version that this machine\'s host has, not in "8.2"',
    'the package {"snap":["x"]} was ignored: names of packages are texts here',
  ]);
});

test("broken YAML and foreign addresses are warnings, not the end of the boot", () => {
  assert.match(warnings(plan("#cloud-config\na: [\n"))[0]!, /^Failed loading yaml blob\./);
  assert.match(warnings(plan("#include\nhttps://x.example/\n"))[0]!, /#include is not supported/);
});

const multipart = [
  'Content-Type: multipart/mixed; boundary="==X=="',
  "MIME-Version: 1.0",
  "",
  "--==X==",
  'Content-Type: text/cloud-config; charset="us-ascii"',
  'Content-Disposition: attachment; filename="config.yaml"',
  "",
  "#cloud-config",
  "runcmd: [echo from config]",
  "",
  "--==X==",
  'Content-Type: text/x-shellscript; charset="utf-8"',
  "Content-Transfer-Encoding: base64",
  'Content-Disposition: attachment; filename="first.sh"',
  "",
  Buffer.from("#!/bin/sh\necho first\n").toString("base64"),
  "--==X==",
  "Content-Type: text/cloud-boothook",
  "",
  "#cloud-boothook",
  "echo hook",
  "--==X==",
  "Content-Type: text/plain",
  "",
  "#!/bin/sh",
  "echo by its beginning",
  "--==X==--",
  "",
].join("\n");

test("a MIME message's parts are told apart by type or beginning", () => {
  for (const text of [multipart, multipart.replaceAll("\n", "\r\n")]) {
    const steps = plan(text);
    assert.deepEqual(
      steps.map((step) => step.kind === "script" && [step.name, step.every]),
      [
        ["part-003", "boot"],
        ["first.sh", "instance"],
        ["part-004", "instance"],
        ["runcmd", "instance"],
      ],
    );
    assert.equal(textOf(steps[0]), "#!/bin/sh\necho hook");
    assert.equal(textOf(steps[1]), "#!/bin/sh\necho first\n");
    assert.match(textOf(steps[2])!, /echo by its beginning/);
  }
});

test("a multipart text inside a shell script's name climbs nowhere", () => {
  const steps = plan(multipart.replace("first.sh", "../../etc/first.sh"));
  assert.ok(steps.every((step) => step.kind !== "script" || !step.name.includes("/")));
});

test("a key may log in once for an instance's life; the server starts at every boot", () => {
  const line = "ssh-ed25519 AAAA it's mine";
  const steps = planBoot(undefined, line).filter(({ kind }) => kind === "script");
  assert.deepEqual(
    steps.map((step) => step.kind === "script" && [step.name, step.every]),
    [
      ["authorized-keys", "instance"],
      ["sshd", "boot"],
    ],
  );
  assert.ok(textOf(steps[0])!.includes(`'ssh-ed25519 AAAA it'\\''s mine'`));
});
