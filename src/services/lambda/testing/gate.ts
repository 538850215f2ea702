/** Where functions wait until a test lets them go on. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { eventually } from "#runtime/testing/eventually.ts";

export interface Gate {
  url: string;
  /** Resolves when so many functions wait. */
  arrived: (count: number) => Promise<unknown>;
  open: () => void;
}

/** A function whose events name a gate, or none. */
export const waitingSource =
  "export const handler = async ({ gate }) => void (gate && (await (await fetch(gate)).text()));";

export async function createGate(t: { after: (done: () => unknown) => void }): Promise<Gate> {
  const waiting: ServerResponse[] = [];
  const server = createServer((_request, reply) => void waiting.push(reply)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const open = () => {
    for (const reply of waiting) reply.end();
  };
  t.after(() => {
    open();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    arrived: (count) => eventually(`${count} functions wait`, () => waiting.length >= count),
    open,
  };
}
