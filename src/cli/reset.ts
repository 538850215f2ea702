import { ask, findEndpoint } from "./remote.ts";

/** `fogbank reset`: forget everything, stop every machine. */
export async function run(): Promise<number> {
  const endpoint = findEndpoint(process.env);
  await ask(endpoint, "POST", "/_fogbank/reset");
  process.stdout.write(`${endpoint} is empty\n`);
  return 0;
}
