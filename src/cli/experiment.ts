import { readFile } from "node:fs/promises";
import { OptionError } from "#cloud/options.ts";
import { ask, findEndpoint, ownPath } from "./remote.ts";
import { pause } from "./pause.ts";

export const usage = `usage: fogbank experiment FIS-TEMPLATE.json     plays it to its end; exits with 1 unless it completes`;

interface Experiment {
  experimentId: string;
  state: string;
  reason?: string;
  actions: Record<
    string,
    { actionId: string; state: string; instanceIds: string[]; reason?: string }
  >;
}

/** `fogbank experiment TEMPLATE.json`: plays a template of AWS FIS to its end; exits 1 unless it completes. */
export async function run([file, ...more]: readonly string[]): Promise<number> {
  if (file === undefined || more.length > 0) throw new OptionError(usage);
  const template = await read(file);
  const endpoint = findEndpoint(process.env);
  const path = ownPath("experiments", process.env);
  let experiment = await ask<Experiment>(endpoint, "POST", path(), template);
  process.stdout.write(`experiment ${experiment.experimentId}\n`);
  const told = new Map<string, string>();
  for (;;) {
    for (const [name, { actionId, state, instanceIds, reason }] of Object.entries(
      experiment.actions,
    )) {
      if (told.get(name) === state || state === "pending") continue;
      told.set(name, state);
      const why = reason === undefined ? "" : `: ${reason}`;
      process.stdout.write(
        `${state.padEnd(10)} ${name} (${actionId}) ${instanceIds.join(" ")}${why}\n`,
      );
    }
    if (!["running", "stopping"].includes(experiment.state)) break;
    await pause(500);
    experiment = await ask<Experiment>(endpoint, "GET", path(experiment.experimentId));
  }
  const why = experiment.reason === undefined ? "" : `: ${experiment.reason}`;
  process.stdout.write(`${experiment.state}${why}\n`);
  return experiment.state === "completed" ? 0 : 1;
}

async function read(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as unknown;
  } catch (error) {
    throw new OptionError(`${file} is no experiment's template: ${(error as Error).message}`);
  }
}
