/** Machines of a VPC, whose names lead out of this cloud or are of others. */
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

test("what no zone here knows is asked for them of others, over UDP and TCP", async (t) => {
  const outside = engine();
  const big = Array.from({ length: 40 }, (_one, index) => `"${String(index).padStart(200, "x")}"`);
  await outside.setZone({
    id: "Z1",
    name: "example.net.",
    isPrivate: false,
    vpcs: [],
    createdMs: 0,
    sets: [
      { ...soa, Name: "example.net." },
      record("www.example.net.", "192.0.2.80"),
      record("big.example.net.", big, { Type: "TXT" }),
    ],
  });
  const upstream = await outside.listen({ host: "127.0.0.1", port: 0 });
  // Nobody is at the first.
  const own = engine(["127.0.0.1:1", `127.0.0.1:${upstream}`]);
  const lost = engine(["127.0.0.1:1"]);
  t.after(async () => {
    await Promise.all([own.close(), lost.close(), outside.close()]);
  });
  const machine = asking(await own.listen({ host: "127.0.0.1", port: 0, vpcId: "vpc-1" }));
  assert.deepEqual(await machine.resolve4("www.example.net"), ["192.0.2.80"]);
  // Too long for a datagram: it is asked for again over TCP.
  assert.equal((await machine.resolveTxt("big.example.net")).length, big.length);
  await assert.rejects(machine.resolve4("none.example.net"), { code: "ENOTFOUND" });
  const host = asking(await own.listen({ host: "127.0.0.2", port: 0 }), "127.0.0.2");
  await assert.rejects(host.resolve4("www.example.net"), { code: "EREFUSED" });
  const alone = asking(await lost.listen({ host: "127.0.0.1", port: 0, vpcId: "vpc-1" }));
  await assert.rejects(alone.resolve4("www.example.net"), { code: "ESERVFAIL" });
});

test("a name that is handed over to others is asked of them, directly and behind a CNAME", async (t) => {
  const outside = engine();
  const zone = { isPrivate: false, vpcs: [], createdMs: 0 };
  await outside.setZone({
    ...zone,
    id: "Z1",
    name: "sub.example.com.",
    sets: [
      { ...soa, Name: "sub.example.com." },
      record("www.sub.example.com.", "192.0.2.81"),
      record("www.sub.example.com.", '"told by others"', { Type: "TXT" }),
    ],
  });
  const upstream = await outside.listen({ host: "127.0.0.1", port: 0 });
  const own = engine([`127.0.0.1:${upstream}`]);
  t.after(async () => {
    await Promise.all([own.close(), outside.close()]);
  });
  await own.setZone({
    ...zone,
    id: "Z2",
    name: "example.com.",
    sets: [
      soa,
      record("sub.example.com.", "ns.example.net", { Type: "NS" }),
      record("www.example.com.", "www.sub.example.com", { Type: "CNAME" }),
    ],
  });
  const machine = asking(await own.listen({ host: "127.0.0.1", port: 0, vpcId: "vpc-1" }));
  assert.deepEqual(await machine.resolve4("www.sub.example.com"), ["192.0.2.81"]);
  assert.deepEqual(await machine.resolveTxt("www.sub.example.com"), [["told by others"]]);
  assert.deepEqual(await machine.resolve4("www.example.com"), ["192.0.2.81"]);
  await assert.rejects(machine.resolve4("none.sub.example.com"), { code: "ENOTFOUND" });
  const host = asking(await own.listen({ host: "127.0.0.2", port: 0 }), "127.0.0.2");
  await assert.rejects(host.resolve4("www.sub.example.com"), { code: "ENODATA" });
});
