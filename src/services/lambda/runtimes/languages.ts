/** Which languages this host can run, asked once of each. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Languages {
  /** The interpreter for a runtime such as "python3.12": of that version where the host has it, else its python3. */
  python(runtime: string): Promise<string | undefined>;
}

export function createLanguages(): Languages {
  const known = new Map<string, Promise<string | undefined>>();
  const find = (name: string) => {
    const present = known.get(name) ?? whereItReallyIs(name);
    known.set(name, present);
    return present;
  };
  return { python: async (runtime) => (await find(runtime)) ?? (await find("python3")) };
}

/** What is on the PATH may be a version manager's stand-in, which runs nothing, or not from everywhere. */
async function whereItReallyIs(name: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(name, ["-c", "import sys; print(sys.executable)"]);
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}
