import { ask, ownPath, findEndpoint } from "./remote.ts";

/** `fogbank heal [FAULT]`: takes back what `fogbank fail` did. */
export async function run([fault]: readonly string[]): Promise<number> {
  const path = ownPath("faults", process.env)(fault);
  const { healed } = await ask<{ healed: string[] }>(findEndpoint(process.env), "DELETE", path);
  process.stdout.write(healed.length > 0 ? `healed ${healed.join(", ")}\n` : "nothing fails\n");
  return 0;
}
