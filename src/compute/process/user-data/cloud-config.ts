/** #cloud-config as boot steps. https://cloudinit.readthedocs.io/en/latest/reference/modules.html */
import { gunzipSync } from "node:zlib";
import type { BootStep } from "./boot-step.ts";

export type CloudConfig = Record<string, unknown>;

export interface CloudConfigSteps {
  warnings: BootStep[];
  /** bootcmd, host name and files, early in the boot. */
  init: BootStep[];
  /** What installs packages, before whatever user data runs. */
  packages: BootStep[];
  /** Files that asked to be written late. */
  deferred: BootStep[];
  runcmd: BootStep[];
}

/** Keys that change nothing here, so that nobody needs to be told. */
const quiet = new Set([
  "final_message",
  "preserve_hostname",
  "manage_etc_hosts",
  "merge_how",
  "merge_type",
  "output",
]);

/** Keys that are read. */
const known = new Set([
  "bootcmd",
  "runcmd",
  "write_files",
  "hostname",
  "fqdn",
  "packages",
  "package_update",
  "package_upgrade",
]);

const reasons: Record<string, string> = {
  package_reboot_if_required: "this machine's packages are not upgraded",
  users: "users cannot be made; there is nobody to log in",
  groups: "groups cannot be made; there is nobody to log in",
  ssh_authorized_keys: "nothing listens for SSH; run commands through Systems Manager",
  ssh_pwauth: "nothing listens for SSH; run commands through Systems Manager",
  chpasswd: "nobody can log in",
  password: "nobody can log in",
};

/** Later texts replace the keys of earlier ones: cloud-init's default way to merge. */
export function mergeCloudConfigs(configs: readonly CloudConfig[]): CloudConfig {
  return Object.assign({}, ...configs) as CloudConfig;
}

export function cloudConfigSteps(config: CloudConfig): CloudConfigSteps {
  const steps: CloudConfigSteps = {
    warnings: [],
    init: [],
    packages: [],
    deferred: [],
    runcmd: [],
  };
  const warn = (key: string, text: string) =>
    steps.warnings.push({ kind: "warning", module: `cc_${key}.py`, text });
  for (const key of Object.keys(config))
    if (!known.has(key) && !quiet.has(key)) {
      const detail = reasons[key] ?? "this part of cloud-init is not supported";
      warn(key, `${key} ignored: ${detail}`);
    }

  const script = (key: "bootcmd" | "runcmd", every: "boot" | "instance", module: string) => {
    const commands = config[key];
    if (commands === undefined || commands === null) return [];
    if (!Array.isArray(commands)) {
      warn(key, `${key} must be a list of commands; it was ignored`);
      return [];
    }
    const content = Buffer.from(shellify(commands, (text) => warn(key, text)));
    return [{ kind: "script", name: key, content, module, every } satisfies BootStep];
  };
  steps.init.push(...script("bootcmd", "boot", "bootcmd"));
  const name = config["fqdn"] ?? config["hostname"];
  if (typeof name === "string") steps.init.push({ kind: "hostname", name });
  for (const entry of listOf(config["write_files"])) {
    const { step, problem, deferred } = fileStep(entry);
    if (problem !== undefined) warn("write_files", problem);
    if (step) (deferred ? steps.deferred : steps.init).push(step);
  }
  steps.packages.push(...packageSteps(config, (text) => warn("packages", text)));
  steps.runcmd.push(...script("runcmd", "instance", "scripts_user"));
  return steps;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** By the guest's dnf, which knows what the machine has. https://cloudinit.readthedocs.io/en/latest/reference/modules.html#package-update-upgrade-install */
function packageSteps(config: CloudConfig, warn: (text: string) => void): BootStep[] {
  const names = listOf(config["packages"]).flatMap((entry) => {
    if (typeof entry === "string") return [entry];
    const [name, version] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (typeof name !== "string") {
      warn(`the package ${JSON.stringify(entry)} was ignored: names of packages are texts here`);
      return [];
    }
    if (version !== undefined)
      warn(
        `${name} is installed in the version that this machine's host has, not in ${JSON.stringify(version)}`,
      );
    return [name];
  });
  const lines = [
    ...(config["package_update"] === true ? ["dnf makecache"] : []),
    ...(config["package_upgrade"] === true ? ["dnf upgrade -y"] : []),
    ...(names.length > 0 ? [`dnf install -y ${names.map(quote).join(" ")}`] : []),
  ];
  if (lines.length === 0) return [];
  return [
    {
      kind: "script",
      name: "packages",
      content: Buffer.from(`#!/bin/sh\n${lines.join("\n")}\n`),
      module: "package_update_upgrade_install",
      every: "instance",
    },
  ];
}

/** A list item is one command: a list of its words, or a line for the shell. */
function shellify(commands: readonly unknown[], warn: (text: string) => void): string {
  let text = "#!/bin/sh\n";
  for (const command of commands)
    if (Array.isArray(command)) text += `${command.map((word) => quote(String(word))).join(" ")}\n`;
    else if (typeof command === "string") text += `${command}\n`;
    else if (command !== null) warn(`Unable to shellify type '${typeof command}'`);
  return text;
}

/** Single quotes, so that the shell takes the word as it is. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

interface FileResult {
  step?: BootStep;
  problem?: string;
  deferred?: boolean;
}

function fileStep(entry: unknown): FileResult {
  if (typeof entry !== "object" || entry === null)
    return { problem: "a file's entry must be a mapping" };
  const file = entry as Record<string, unknown>;
  const {
    path,
    content = "",
    encoding = "text/plain",
    permissions,
    owner,
    append,
    defer,
    source,
  } = file;
  if (typeof path !== "string" || path === "")
    return { problem: "No path provided to write for entry" };
  if (source !== undefined)
    return { problem: `${path} was not written: content from a 'source' URL is not supported` };
  let bytes: Buffer;
  try {
    bytes = decode(content, String(encoding));
  } catch (error) {
    return { problem: `${path} was not written: ${(error as Error).message}` };
  }
  return {
    deferred: defer === true,
    step: {
      kind: "file",
      path,
      content: bytes,
      permissions: octal(permissions),
      owner: typeof owner === "string" ? owner : undefined,
      append: append === true,
    },
  };
}

/** "0644" in quotes, or the number that YAML made of 0644 or 420. */
function octal(permissions: unknown): string {
  if (typeof permissions === "number") return `0${permissions.toString(8)}`;
  return typeof permissions === "string" && /^0?o?[0-7]{3,4}$/.test(permissions)
    ? permissions.replace("o", "")
    : "0644";
}

function decode(content: unknown, encoding: string): Buffer {
  const bytes = content instanceof Uint8Array ? Buffer.from(content) : Buffer.from(String(content));
  switch (encoding.trim().toLowerCase()) {
    case "b64":
    case "base64":
      return Buffer.from(bytes.toString("latin1"), "base64");
    case "gz":
    case "gzip":
      return gunzipSync(bytes);
    case "gz+b64":
    case "gz+base64":
    case "gzip+b64":
    case "gzip+base64":
      return gunzipSync(Buffer.from(bytes.toString("latin1"), "base64"));
    case "text/plain":
      return bytes;
    default:
      return bytes;
  }
}
