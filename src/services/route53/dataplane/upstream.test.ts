/** Machines of a VPC, whose names lead out of this cloud. */
import assert from "node:assert/strict";
import { Resolver } from "node:dns/promises";
import { test } from "node:test";
import { createSeededRandom } from "#runtime/random.ts";
import { createWall } from "#runtime/wall.ts";
import { record, soa } from "../testing/dns-stage.ts";
import { createDnsEngine } from "./engine.ts";

const onError = (error: unknown) => assert.fail(String(error));

function engine(upstream?: string[]) {
  return createDnsEngine({
    random: createSeededRandom(1),
    wall: createWall(onError),
    onError,
    ...(upstream && { upstream }),
  });
}

const asking = (port: number, host = "127.0.0.1") => {
  const resolver = new Resolver({ timeout: 60_000, tries: 1 });
  resolver.setServers([`${host}:${port}`]);
  return resolver;
};

test("a chain that leaves the cloud is followed for them, and for nobody else", async (t) => {
  const outside = engine();
  const zone = { isPrivate: false, vpcs: [], createdMs: 0 };
  await outside.setZone({
    ...zone,
    id: "Z1",
    name: "example.net.",
    sets: [{ ...soa, Name: "example.net." }, record("www.example.net.", "192.0.2.80")],
  });
  const upstream = await outside.listen({ host: "127.0.0.1", port: 0 });
  const own = engine([`127.0.0.1:${upstream}`]);
  t.after(async () => {
    await own.close();
    await outside.close();
  });
  const cname = (Name: string, Value: string) => record(Name, Value, { Type: "CNAME" });
  await own.setZone({
    ...zone,
    id: "Z2",
    name: "example.com.",
    isPrivate: true,
    vpcs: [{ vpcId: "vpc-1", region: "us-east-1" }],
    sets: [
      soa,
      cname("out.example.com.", "www.example.net"),
      cname("lost.example.com.", "none.example.net"),
      record("in.example.com.", "10.0.0.1"),
    ],
  });
  const machine = asking(await own.listen({ host: "127.0.0.1", port: 0, vpcId: "vpc-1" }));
  assert.deepEqual(await machine.resolve4("out.example.com"), ["192.0.2.80"]);
  assert.deepEqual(await machine.resolve4("in.example.com"), ["10.0.0.1"]);
  assert.deepEqual(await machine.resolve4("lost.example.com"), []);
  const host = asking(await own.listen({ host: "127.0.0.2", port: 0 }), "127.0.0.2");
  assert.deepEqual(await host.resolve4("out.example.com"), []);
  assert.deepEqual(await machine.resolveCname("lost.example.com"), ["none.example.net"]);
});
