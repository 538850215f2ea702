import { OptionError } from "#cloud/options.ts";
import { ask, findEndpoint } from "./remote.ts";

export const usage = "usage: fogbank reset     forgets everything and stops every machine";

/** `fogbank reset`: forget everything, stop every machine. */
export async function run(args: readonly string[]): Promise<number> {
  // Whoever writes more may have meant less than everything.
  if (args.length > 0) throw new OptionError(usage);
  const endpoint = findEndpoint(process.env);
  await ask(endpoint, "POST", "/_fogbank/reset");
  process.stdout.write(`${endpoint} is empty\n`);
  return 0;
}
