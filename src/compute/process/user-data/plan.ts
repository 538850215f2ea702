/**
 * What a machine does at boot, decided before it boots: user data as a list of steps in cloud-init's
 * order. Knows nothing of directories, shells or processes.
 */
import { parse } from "yaml";
import type { BootStep } from "./boot-step.ts";
import { cloudConfigSteps, mergeCloudConfigs, type CloudConfig } from "./cloud-config.ts";
import { sshSteps } from "./ssh.ts";
import { splitUserData, type UserDataPart } from "./parts.ts";

/** Never throws: what cannot be read becomes a warning, as a machine with broken user data boots all the same. */
export function planBoot(userData: Uint8Array | undefined, publicKey?: string): BootStep[] {
  const steps: BootStep[] = [{ kind: "stage", name: "init" }];
  const warn = (module: string, text: string) => steps.push({ kind: "warning", module, text });
  let parts: UserDataPart[] = [];
  if (userData && userData.length > 0)
    try {
      parts = splitUserData(userData);
    } catch (error) {
      warn("user_data.py", `Failed to read the user data: ${(error as Error).message}`);
    }

  const configs: CloudConfig[] = [];
  const hooks: BootStep[] = [];
  const perBoot: BootStep[] = [];
  const scripts: BootStep[] = [];
  for (const { type, name, content } of parts)
    switch (type) {
      case "text/x-shellscript":
      case "text/x-shellscript-per-instance":
      case "text/x-shellscript-per-once":
        scripts.push({ kind: "script", name, content, module: "scripts_user", every: "instance" });
        break;
      case "text/x-shellscript-per-boot":
        perBoot.push({ kind: "script", name, content, module: "scripts_per_boot", every: "boot" });
        break;
      case "text/cloud-boothook":
        hooks.push({
          kind: "script",
          name,
          content: asBoothook(content),
          module: "boothook",
          every: "boot",
        });
        break;
      case "text/cloud-config":
        try {
          configs.push(readCloudConfig(content));
        } catch (error) {
          warn("util.py", `Failed loading yaml blob. ${(error as Error).message.split("\n")[0]}`);
        }
        break;
      case "text/x-include-url":
      case "text/x-include-once-url":
        warn(
          "user_data.py",
          "#include is not supported: user data must be given itself, not as a URL",
        );
        break;
      case "text/jinja2":
        warn("user_data.py", "jinja templates are not supported; the part was ignored");
        break;
      case "text/x-not-multipart":
        warn(
          "__init__.py",
          `Unhandled non-multipart (text/x-not-multipart) userdata: '${content.toString("utf8").slice(0, 24).replaceAll(/\s+/g, " ")}...'`,
        );
        break;
      default:
        warn("user_data.py", `a part of type ${type} is not supported and was ignored`);
    }
  const config = cloudConfigSteps(mergeCloudConfigs(configs));
  // runcmd becomes one more script of the user's; they run in order of their names.
  const users = [...scripts, ...config.runcmd].sort((a, b) =>
    a.kind === "script" && b.kind === "script" && a.name < b.name ? -1 : 1,
  );
  return [
    ...steps,
    ...hooks,
    ...config.warnings,
    ...config.init,
    ...(publicKey === undefined ? [] : sshSteps(publicKey)),
    { kind: "stage", name: "modules:config" },
    { kind: "stage", name: "modules:final" },
    ...config.packages,
    ...config.deferred,
    ...perBoot,
    ...users,
  ];
}

/** A boothook's own first line may follow the marker; without one it is a shell script. */
function asBoothook(content: Buffer): Buffer {
  const text = content.toString("latin1").replace(/^\s*#cloud-boothook[^\n]*\n/, "");
  return Buffer.from(text.startsWith("#!") ? text : `#!/bin/sh\n${text}`, "latin1");
}

/** cloud-init reads YAML 1.1: `0644` is octal and `yes` is true. */
function readCloudConfig(content: Buffer): CloudConfig {
  const config: unknown = parse(content.toString("utf8"), { version: "1.1" });
  if (config === null || config === undefined) return {};
  if (typeof config !== "object" || Array.isArray(config))
    throw new Error("#cloud-config must be a mapping");
  return config as CloudConfig;
}
