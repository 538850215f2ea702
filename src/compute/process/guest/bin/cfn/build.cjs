/**
 * Does what AWS::CloudFormation::Init asks for: of each config packages, groups, users, sources, files,
 * commands and services, in this order.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-init.html
 */
"use strict";

const fs = require("node:fs");
const { join } = require("node:path");
const { run, shellOf } = require("./run.cjs");
const { at } = require("./stack.cjs");
const { download } = require("./download.cjs");
const { unpack } = require("./archive.cjs");
const { writeFile } = require("./files.cjs");

const programs = join(__dirname, "..");
const isTrue = (value) => value === true || String(value).toLowerCase() === "true";
const sorted = (object) => Object.entries(object ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));

/** The names of configs, in order, that the config sets stand for. */
function configsOf(init, wanted) {
  const sets = init.configSets ?? { default: ["config"] };
  const expand = (set, path) => {
    if (path.includes(set)) throw new Error(`the config set ${set} refers to itself`);
    if (sets[set] === undefined) throw new Error(`there is no config set ${set}`);
    return [sets[set]]
      .flat()
      .flatMap((one) => (typeof one === "string" ? [one] : expand(one.ConfigSet, [...path, set])));
  };
  return wanted.flatMap((set) => expand(set, []));
}

const steps = {
  async packages(packages, { log, warn }) {
    for (const [manager, list] of sorted(packages)) {
      const names = Object.keys(list ?? {});
      if (!["yum", "apt"].includes(manager)) {
        const text = `packages (${manager}: ${names.join(", ")}) ignored: this machine installs packages by yum and apt only`;
        log("WARNING", text);
        warn(text);
        continue;
      }
      if (names.length === 0) continue;
      const words = [join(programs, "dnf"), "install", "-y", ...names];
      const { code, output } = await run(log, manager, process.execPath, words);
      if (code !== 0) throw new Error(`Could not install ${manager} packages: ${output}`);
      log("INFO", `${manager} installed ${names.join(", ")}`);
    }
  },
  async groups(groups, { log }) {
    for (const [name, { gid } = {}] of sorted(groups)) {
      if (new RegExp(`^${name}:`, "m").test(fs.readFileSync(at("/etc/group"), "utf8"))) continue;
      const { code, output } = await run(log, "groupadd", "groupadd", [
        ...(gid ? ["-g", String(gid)] : []),
        name,
      ]);
      if (code !== 0) throw new Error(`Failed to create group ${name}: ${output}`);
    }
  },
  async users(users, { log }) {
    for (const [name, { uid, groups = [], homeDir } = {}] of sorted(users)) {
      if (new RegExp(`^${name}:`, "m").test(fs.readFileSync(at("/etc/passwd"), "utf8"))) continue;
      const words = ["-M", "-r", "-s", "/sbin/nologin"];
      if (uid) words.push("-u", String(uid));
      if (groups.length > 0) words.push("-G", groups.join(","));
      if (homeDir) words.push("-d", homeDir);
      const { code, output } = await run(log, "useradd", "useradd", [...words, name]);
      if (code !== 0) throw new Error(`Failed to create user ${name}: ${output}`);
    }
  },
  async sources(sources, { authentications, changed, log }) {
    for (const [folder, source] of sorted(sources)) {
      unpack(await download(source, { all: authentications }), at(folder));
      log("INFO", `unpacked ${source} to ${folder}`);
      changed.sources.add(folder);
    }
  },
  async files(files, { authentications, changed, log }) {
    for (const [path, file] of sorted(files)) {
      if (!(await writeFile(path, file, authentications))) continue;
      log("INFO", `wrote ${path}`);
      changed.files.add(path);
    }
  },
  async commands(commands, { changed, log, cmdLog }) {
    for (const [name, { command, cwd, env, test, ignoreErrors }] of sorted(commands)) {
      if (!command) throw new Error(`Command ${name} has no command`);
      const options = { cwd: at(cwd ?? "/"), ...(env && { env: variablesOf(env) }) };
      const { code: refused } = test
        ? await run(cmdLog, `Test for ${name}`, ...shellOf(test, options))
        : { code: 0 };
      if (refused !== 0) {
        log("INFO", `Test for command ${name} failed, so it was not run`);
        continue;
      }
      cmdLog("INFO", `Running command ${name}`);
      const call = Array.isArray(command)
        ? [command[0], command.slice(1).map(String), options]
        : shellOf(command, options);
      const { code, output } = await run(cmdLog, name, ...call);
      log(
        code === 0 ? "INFO" : "ERROR",
        `Command ${name} ${code === 0 ? "succeeded" : `failed with exit code ${code}: ${output}`}`,
      );
      if (code !== 0 && !isTrue(ignoreErrors)) throw new Error(`Command ${name} failed`);
      changed.commands.add(name);
    }
  },
  async services(kinds, { changed, log, warn }) {
    const control = (...words) =>
      run(log, `systemctl ${words.join(" ")}`, process.execPath, [
        join(programs, "systemctl"),
        ...words,
      ]);
    for (const [kind, services] of sorted(kinds)) {
      if (kind !== "sysvinit" && kind !== "systemd") {
        warn(`services (${kind}) ignored: this machine has no such services`);
        continue;
      }
      for (const [name, service] of sorted(services))
        await serve(name, service, { changed, control, log });
    }
  },
};

/** Given variables take the place of all others but of those by which a machine finds its cloud and its programs. */
function variablesOf(env) {
  const own = Object.entries(process.env).filter(([key]) =>
    /^(PATH|HOST|FOGBANK_.*|AWS_ENDPOINT_URL.*|AWS_EC2_METADATA_SERVICE_ENDPOINT)$/.test(key),
  );
  const given = Object.entries(env).map(([key, value]) => [key, String(value)]);
  return Object.fromEntries([...own, ...given]);
}

async function serve(name, service, { changed, control, log }) {
  const { enabled, ensureRunning } = service;
  if (name === "cfn-hup") ownUnit();
  const must = async (...words) => {
    const { code, output } = await control(...words);
    if (code !== 0) throw new Error(`Could not ${words[0]} service ${name}: ${output}`);
  };
  if (enabled !== undefined) await must(isTrue(enabled) ? "enable" : "disable", name);
  if (ensureRunning === undefined) return;
  const running = (await control("is-active", name)).code === 0;
  if (!isTrue(ensureRunning)) return running ? must("stop", name) : undefined;
  const touched = [
    ...[service.files ?? []].flat().filter((one) => changed.files.has(one)),
    ...[service.sources ?? []].flat().filter((one) => changed.sources.has(one)),
    ...[service.commands ?? []].flat().filter((one) => changed.commands.has(one)),
  ];
  if (running && touched.length === 0) return log("INFO", `service ${name} runs already`);
  log(
    "INFO",
    `${running ? "restarting" : "starting"} service ${name}${touched.length > 0 ? ` because of ${touched.join(", ")}` : ""}`,
  );
  await must(running ? "restart" : "start", name);
}

/** Amazon Linux brings a unit for cfn-hup. */
function ownUnit() {
  const path = at("/etc/systemd/system/cfn-hup.service");
  if (fs.existsSync(path)) return;
  fs.mkdirSync(at("/etc/systemd/system"), { recursive: true });
  fs.writeFileSync(
    path,
    `[Unit]\nDescription=CloudFormation helper daemon\n\n[Service]\nType=simple\nExecStart=${process.execPath} ${join(programs, "cfn-hup")} --no-daemon\nRestart=on-failure\n\n[Install]\nWantedBy=multi-user.target\n`,
  );
}

/** Throws with a sentence about the first thing that could not be done. */
async function build(metadata, wanted, { log, cmdLog, warn }) {
  const init = metadata["AWS::CloudFormation::Init"];
  const authentications = metadata["AWS::CloudFormation::Authentication"] ?? {};
  for (const name of configsOf(init, wanted)) {
    // Without config sets nobody has promised a config.
    const config = init[name] ?? (init.configSets ? undefined : {});
    if (!config) throw new Error(`there is no config ${name}`);
    const unknown = Object.keys(config).find((key) => !steps[key]);
    if (unknown)
      throw new Error(`the config ${name} has a section ${unknown}, which is not understood`);
    log("INFO", `Running config ${name}`);
    const changed = { files: new Set(), sources: new Set(), commands: new Set() };
    for (const [section, step] of Object.entries(steps))
      if (config[section])
        await step(config[section], { authentications, changed, log, cmdLog, warn });
  }
}

module.exports = { build, configsOf };
