/** What this host can do to keep functions apart. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Wall } from "#runtime/clock.ts";
import { detectControlGroups } from "../process/control-groups/control-groups.ts";
import type { SandboxHost } from "./sandbox.ts";

const run = promisify(execFile);

/** Tries bubblewrap and control groups. `workDir` is where probes may write. */
export async function detectSandboxHost(workDir: string, wall: Wall): Promise<SandboxHost> {
  const lacking = await whyNoBubblewrap();
  const { controlGroups } = await detectControlGroups(workDir, wall);
  return { lacking, bubblewrap: lacking === undefined, controlGroups, wall };
}

/** Why functions run without a wall around them; undefined where they have one. */
export async function whyNoBubblewrap(): Promise<string | undefined> {
  if (process.platform !== "linux") return "functions are kept apart on Linux only";
  try {
    await run("bwrap", ["--ro-bind", "/", "/", "--unshare-pid", "--unshare-ipc", "true"]);
    return undefined;
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    return code === "ENOENT"
      ? "bubblewrap is not installed"
      : `bubblewrap does not work here: ${stderr?.trim() ?? String(error)}`;
  }
}
