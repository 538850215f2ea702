/** Makes what a scenario's requests need, and waits until they are answered. */
import type { Connection, Reply } from "./client.ts";
import type { Scenario } from "./scenarios.ts";

/** The answer to the scenario's first request. */
export async function prepare(connection: Connection, scenario: Scenario): Promise<Reply> {
  for (const request of scenario.prepare?.() ?? []) await askUntilActive(connection, request);
  return askUntilActive(connection, scenario.requests()[0]!);
}

/** A table answers once it is active. */
async function askUntilActive(connection: Connection, request: Buffer): Promise<Reply> {
  for (let tries = 100; ; tries--) {
    try {
      return await connection.ask(request);
    } catch (error) {
      if (tries === 0 || !String(error).includes("ResourceNotFoundException")) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
