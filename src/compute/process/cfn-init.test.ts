import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { eventually } from "#runtime/testing/eventually.ts";
import { startMachine } from "./testing/machine.ts";
import { guestPrograms } from "./isolation.ts";

const load = createRequire(join(guestPrograms, "cfn-init"));
const { render } = load("./cfn/template.cjs") as {
  render: (template: string, context: unknown) => string;
};
const { configsOf } = load("./cfn/build.cjs") as {
  configsOf: (init: unknown, wanted: string[]) => string[];
};

test("templates put values in place", () => {
  const context = { name: "a<b", nested: { port: 80 }, list: [{ n: 1 }, { n: 2 }], no: false };
  const cases: [string, string][] = [
    ["{{name}} {{{name}}} {{& name}}", "a&lt;b a<b a<b"],
    ["{{nested.port}}{{missing}}", "80"],
    ["{{#list}}[{{n}}{{name}}]{{/list}}", "[1a&lt;b][2a&lt;b]"],
    ["{{#no}}yes{{/no}}{{^no}}no{{/no}}{{! nothing }}", "no"],
  ];
  for (const [template, text] of cases) assert.equal(render(template, context), text);
  assert.throws(() => render("{{#a}}", {}), /is never closed/);
});

test("config sets are lists of configs and of other sets", () => {
  const init = {
    configSets: { one: ["a"], all: [{ ConfigSet: "one" }, "b"], loop: [{ ConfigSet: "loop" }] },
  };
  assert.deepEqual(configsOf(init, ["all", "one"]), ["a", "b", "a"]);
  assert.deepEqual(configsOf({}, ["default"]), ["config"]);
  assert.throws(() => configsOf(init, ["loop"]), /refers to itself/);
  assert.throws(() => configsOf(init, ["other"]), /there is no config set other/);
  assert.throws(() => configsOf(init, ["default"]), /there is no config set default/);
});

/** One file in a zip archive, packed. */
function zipOf(name: string, text: string): Buffer {
  const packed = deflateRawSync(text);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(8, 10);
  central.writeUInt32LE(packed.length, 20);
  central.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(30 + name.length + packed.length, 16);
  return Buffer.concat([local, Buffer.from(name), packed, central, Buffer.from(name), end]);
}

const unit = `[Service]
ExecStart=/bin/sh -c 'cat /srv/app/config.json > /srv/app/started; sleep 1000'
WorkingDirectory=/
`;

const metadata = (zipUrl: string, colour: string) => ({
  "AWS::CloudFormation::Init": {
    configSets: { default: ["install", { ConfigSet: "run" }], run: ["start"], broken: ["broken"] },
    install: {
      packages: { yum: { "aws-cfn-bootstrap": [] }, rubygems: { chef: [] } },
      groups: { shopkeepers: { gid: "4567" } },
      users: { shop: { uid: "4568", groups: ["shopkeepers"], homeDir: "/srv/app" } },
      sources: { "/srv/app/site": zipUrl },
      files: {
        "/srv/app/config.json": {
          content: { colour },
          mode: "000600",
          owner: "shop",
          group: "shopkeepers",
        },
        "/srv/app/greeting": { content: "hello {{who}}\n", context: { who: "you" } },
        "/srv/app/binary": { content: "AAEC", encoding: "base64" },
        "/srv/app/link": { content: "/srv/app/greeting", mode: "120644" },
        "/etc/systemd/system/shop.service": { content: unit },
      },
      commands: {
        "2_second": { command: ["sh", "-c", "echo second >> /srv/app/order"] },
        "1_first": {
          command: "echo first $COLOUR >> order",
          cwd: "/srv/app",
          env: { COLOUR: "red" },
        },
        "3_never": { command: "echo never >> /srv/app/order", test: "test -e /nowhere" },
        "4_fails": { command: "exit 7", ignoreErrors: "true" },
      },
    },
    start: {
      services: {
        systemd: {
          shop: { enabled: true, ensureRunning: true, files: ["/srv/app/config.json"] },
        },
      },
    },
    broken: { commands: { fails: { command: "echo why >&2; exit 3" } } },
  },
});

describe("cfn-init", () => {
  test("builds a machine as its metadata says, and only what changed when it comes again", async (t) => {
    const sh = await startMachine(t);
    if (!sh) return t.skip("this host does not let us");
    const archive = zipOf("pages/index.html", "welcome").toString("base64");
    const serve = `require("http").createServer((_, reply) => reply.end(Buffer.from("${archive}", "base64"))).listen(8091, process.env.HOST)`;
    await sh(`(node -e '${serve}' > /dev/null 2>&1 &)`);
    const url = `http://${(await sh("echo $HOST")).stdout.trim()}:8091/site.zip`;
    await eventually("it serves", async () => (await sh(`curl -sf ${url}`)).exitCode === 0);
    const build = async (colour: string, ...words: string[]) =>
      sh(
        `cat > /tmp/metadata <<'END'\n${JSON.stringify(metadata(url, colour))}\nEND\ncfn-init /tmp/metadata ${words.join(" ")}`,
      );

    const built = await build("blue");
    assert.equal(built.exitCode, 0, built.stderr);
    assert.match(built.stderr, /packages \(rubygems: chef\) ignored/);
    const { stdout } = await sh(
      "cd /srv/app; cat order site/pages/index.html greeting link; od -An -tx1 binary; stat -c '%a %U %G' config.json; id -u shop; id -Gn shop | grep -o shopkeepers",
    );
    assert.equal(
      stdout,
      "first red\nsecond\nwelcomehello you\nhello you\n 00 01 02\n600 shop shopkeepers\n4568\nshopkeepers\n",
    );
    const pid = async () =>
      (await sh("systemctl status shop | grep -o 'Main PID: [0-9]*'")).stdout.trim();
    await eventually("it is started", async () =>
      (await sh("cat /srv/app/started")).stdout.includes("blue"),
    );
    const first = await pid();
    assert.match(first, /\d/);
    assert.equal((await build("blue", "-c", "run")).exitCode, 0);
    assert.equal(await pid(), first);
    const again = await build("green");
    assert.equal(again.exitCode, 0, again.stderr);
    assert.match((await sh("cat /srv/app/config.json.bak")).stdout, /blue/);

    const broken = await build("red", "-c", "broken");
    assert.deepEqual(
      [broken.exitCode, broken.stderr],
      [1, "Error occurred during build: Command fails failed\n"],
    );
    const { stdout: log } = await sh("cat /var/log/cfn-init.log");
    assert.match(log, /Command fails failed with exit code 3: why/);
  });

  test("runs commands as Amazon Linux does, where sh is bash, and knows its cloud in all of them", async (t) => {
    const sh = await startMachine(t);
    if (!sh) return t.skip("this host does not let us");
    if ((await sh("test -x /bin/bash")).exitCode !== 0) return t.skip("this host has no bash");
    const init = {
      commands: {
        1: { command: 'until [ "$state" == "InService" ]; do state=InService; done; echo $0' },
        2: { command: 'echo "$FOGBANK_MACHINE_ID $COLOUR $HOME"', env: { COLOUR: "red" } },
      },
    };
    const { exitCode, stdout } = await sh(
      `echo '${JSON.stringify({ "AWS::CloudFormation::Init": { config: init } })}' > /tmp/init; cfn-init -v /tmp/init`,
    );
    assert.equal(exitCode, 0);
    assert.match(stdout, /^1: sh\n[^]*^2: i-1 red $/m);
  });

  test("has nothing to do where the metadata asks for nothing", async (t) => {
    const sh = await startMachine(t);
    if (!sh) return t.skip("this host does not let us");
    const init = (metadata: unknown) =>
      sh(`echo '${JSON.stringify(metadata)}' > /tmp/init; cfn-init /tmp/init`);
    for (const metadata of [{ Comment: "none" }, { "AWS::CloudFormation::Init": {} }]) {
      const { exitCode, stderr } = await init(metadata);
      assert.equal(exitCode, 0);
      assert.match(stderr, /^Could not find 'AWS::CloudFormation::Init' key in metadata for /);
    }
    assert.equal((await init({ "AWS::CloudFormation::Init": { other: {} } })).exitCode, 0);
    const { exitCode, stderr } = await init({});
    assert.equal(exitCode, 1);
    assert.match(stderr, /does not specify any metadata/);
  });

  test("says what a command says while it still runs", async (t) => {
    const sh = await startMachine(t);
    if (!sh) return t.skip("this host does not let us");
    const init = { commands: { wait: { command: "echo waiting; cat /tmp/gate; echo done" } } };
    await sh(
      `mkfifo /tmp/gate; echo '${JSON.stringify({ "AWS::CloudFormation::Init": { config: init } })}' > /tmp/init; cfn-init -v /tmp/init > /tmp/said 2>&1 &`,
    );
    const said = async (text: string) => (await sh("cat /tmp/said")).stdout.includes(text);
    await eventually("it waits", () => said("wait: waiting\n"));
    assert.equal(await said("wait: done"), false);
    await sh("echo > /tmp/gate");
    await eventually("it ends", () => said("wait: done\n"));
  });
});
