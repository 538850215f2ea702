import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { startCloud } from "./cloud.ts";

/** Takes a UDP port for itself and gives it back; rejects where somebody else has it. */
async function takePort(port: number): Promise<number> {
  const socket = createSocket("udp4");
  const listening = once(socket, "listening");
  socket.bind(port, "127.0.0.1");
  await listening;
  const taken = socket.address().port;
  socket.close();
  await once(socket, "close");
  return taken;
}

test("resets that come at once, and a stop during one, leave no services behind", async (t) => {
  const lines: string[] = [];
  t.mock.method(process.stderr, "write", (line: string) => lines.push(line));
  const dnsPort = await takePort(0);
  const cloud = await startCloud({ compute: "simulated", logLevel: "error", dnsPort });
  await Promise.all([cloud.reset(), cloud.reset(), cloud.reset()]);
  // The server of names is up, of the last one and of all that were left behind.
  assert.equal((await fetch(`${cloud.endpoint}/_fogbank/dns`)).status, 200);
  const underWay = cloud.reset();
  await cloud.stop();
  await underWay;
  assert.equal(await takePort(dnsPort), dnsPort);
  assert.deepEqual(lines, []);
});
