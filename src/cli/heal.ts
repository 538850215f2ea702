import { OptionError } from "#cloud/options.ts";
import { ask, ownPath, findEndpoint } from "./remote.ts";

export const usage = `usage: fogbank heal [FAULT]     heals one fault, or all; \`fogbank fail\` tells what fails`;

/** `fogbank heal [FAULT]`: takes back what `fogbank fail` did. */
export async function run([fault, ...more]: readonly string[]): Promise<number> {
  if (more.length > 0 || fault?.startsWith("-")) throw new OptionError(usage);
  const path = ownPath("faults", process.env)(fault);
  const { healed } = await ask<{ healed: string[] }>(findEndpoint(process.env), "DELETE", path);
  process.stdout.write(healed.length > 0 ? `healed ${healed.join(", ")}\n` : "nothing fails\n");
  return 0;
}
