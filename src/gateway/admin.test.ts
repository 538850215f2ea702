import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpReply, HttpRequest } from "#http/http.ts";
import { createVirtualClock } from "#runtime/virtual-clock.ts";
import { administrate } from "./admin.ts";

async function ask(method: string, target: string, remoteAddress: string) {
  let resets = 0;
  const clock = createVirtualClock({
    onError: (error) => {
      throw error;
    },
  });
  const reply: HttpReply | undefined = await administrate(
    { method, target, remoteAddress } as HttpRequest,
    {
      version: "1",
      clock,
      services: () => ({}),
      reset: async () => void resets++,
      own: () => undefined,
      defaultScope: { account: "000000000000", region: "us-east-1" },
      rootCertificate: async () => ({ status: 200, headers: {} }),
    },
  );
  return { status: reply?.status, resets };
}

test("nobody on the network can reset Fogbank, under any of the names", async () => {
  for (const target of ["/_fogbank/reset", "/_localstack/state/reset", "/moto-api/reset"]) {
    for (const address of ["192.168.1.7", "172.17.0.1", "fe80::1", "::ffff:10.0.0.1", ""])
      assert.deepEqual(await ask("POST", target, address), { status: 403, resets: 0 });
    for (const address of ["127.0.0.1", "127.64.3.2", "::1", "::ffff:127.0.0.1"])
      assert.deepEqual(await ask("POST", target, address), { status: 200, resets: 1 });
  }
});

test("anybody may ask how Fogbank is", async () => {
  assert.equal((await ask("GET", "/_fogbank/health", "192.168.1.7")).status, 200);
});
