import assert from "node:assert/strict";
import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { createRealCloud } from "../../testing/real-cloud.ts";

test("the answer of the VPC's resolver comes from the address that was asked", async (t) => {
  const cloud = await createRealCloud(t);
  const { harness } = cloud;
  const id = await cloud.launch("#!/bin/sh\n");
  await cloud.until(async () => (await cloud.stateOf(id)) === "running");
  const { ownAddress, host } = await harness.record(id);
  if (!ownAddress) return t.skip("needs eBPF, and root for it");
  // Nobody answers over sockets under a virtual clock: this stands for the DNS server.
  const server = createSocket("udp4", (message: Buffer, { port, address }: RemoteInfo) =>
    server.send(message, port, address),
  );
  server.bind(53, host);
  await once(server, "listening");
  t.after(() => server.close());
  const ask = async (connects: boolean, address: string) => {
    const script = `const socket = require("node:dgram").createSocket("udp4");
      socket.once("message", (text, { address }) => {
        console.log(address, ${connects} ? socket.remoteAddress().address : "");
        socket.close();
      });
      ${
        connects
          ? `socket.connect(53, "${address}", () => socket.send("?"));`
          : `socket.send("?", 53, "${address}");`
      }`;
    const { stdout } = await harness.driver.execute(id, ["node", "-e", script]);
    return stdout.trim().split(" ");
  };
  for (const address of ["172.31.0.2", "169.254.169.253", host]) {
    assert.deepEqual(await ask(false, address), [address]);
    assert.deepEqual(await ask(true, address), [address, address]);
  }
});
