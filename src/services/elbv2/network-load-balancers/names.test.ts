import assert from "node:assert/strict";
import { test } from "node:test";
import type { BalancerRecords } from "../balancer-records.ts";
import type { TargetState } from "../records.ts";
import { networkNames } from "./names.ts";

const bound = [{ a: { host: "127.70.0.1", port: 80 }, b: { host: "127.70.0.2", port: 80 } }];

function recordsOf(
  states: { zone: string; state: TargetState }[],
  attributes: Record<string, string> = {},
  own: Record<string, string> = {},
): BalancerRecords {
  const targets = states.map(({ zone, state }) => ({ zone, health: { state } }));
  return {
    balancer: {
      type: "network",
      dnsName: "net.test",
      attributes: own,
      zones: [{ zoneName: "a" }, { zoneName: "b" }],
    },
    listeners: [{ record: { port: 80 } }],
    groups: [{ record: { protocol: "TCP", targetType: "ip", attributes }, targets }],
  } as unknown as BalancerRecords;
}

const namesOf = (records: BalancerRecords) => networkNames(records, bound, () => undefined);

const addresses = (records: BalancerRecords) =>
  namesOf(records).map((one) => [one.addresses.join(), one.healthy]);

test("a name leads to the nodes of zones that have healthy targets, and each zone has its own", () => {
  const both = recordsOf([
    { zone: "a", state: "healthy" },
    { zone: "b", state: "unhealthy" },
  ]);
  assert.deepEqual(
    namesOf(both).map(({ name }) => name),
    ["net.test", "a.net.test", "b.net.test"],
  );
  assert.deepEqual(addresses(both), [
    ["127.70.0.1", true],
    ["127.70.0.1", true],
    ["127.70.0.2", false],
  ]);
});

test("with cross-zone balancing a healthy target anywhere is every zone's", () => {
  const targets = [{ zone: "a", state: "healthy" as const }];
  const attributes = { "load_balancing.cross_zone.enabled": "true" };
  assert.deepEqual(addresses(recordsOf(targets))[2], ["127.70.0.2", false]);
  assert.deepEqual(addresses(recordsOf(targets, attributes))[2], ["127.70.0.2", true]);
});

test("without a healthy zone all are told", () => {
  const records = recordsOf([{ zone: "a", state: "unhealthy" }]);
  assert.deepEqual(addresses(records)[0], ["127.70.0.1,127.70.0.2", false]);
});

test("a zone that is left is told to nobody new, healthy or not", () => {
  const records = recordsOf([
    { zone: "a", state: "healthy" },
    { zone: "b", state: "unhealthy" },
  ]);
  records.balancer.shiftedZone = "a";
  assert.deepEqual(addresses(records), [
    ["127.70.0.2", false],
    ["127.70.0.1", true],
    ["127.70.0.2", false],
  ]);
});

test("DNS failover asks for as many healthy targets as the group says", () => {
  const targets = [
    { zone: "a", state: "healthy" as const },
    { zone: "a", state: "unhealthy" as const },
    { zone: "b", state: "healthy" as const },
  ];
  const key = "target_group_health.dns_failover.minimum_healthy_targets.percentage";
  const healthy = (value: string) =>
    addresses(recordsOf(targets, { [key]: value })).map(([, one]) => one);
  assert.deepEqual(healthy("50"), [true, true, true]);
  assert.deepEqual(healthy("51"), [true, false, true]);
});

test("clients are led to the healthy node of their zone, as often as the policy says", () => {
  const policy = (value: string) => ({ "dns_record.client_routing_policy": value });
  const affinity = (value: string, b: TargetState) => {
    const states = [
      { zone: "a", state: "healthy" as const },
      { zone: "b", state: b },
    ];
    return namesOf(recordsOf(states, {}, policy(value)))[0]!.affinity;
  };
  assert.equal(affinity("any_availability_zone", "healthy"), undefined);
  assert.deepEqual(affinity("availability_zone_affinity", "healthy"), {
    byZone: { a: ["127.70.0.1"], b: ["127.70.0.2"] },
    share: 1,
  });
  assert.deepEqual(affinity("partial_availability_zone_affinity", "unhealthy"), {
    byZone: { a: ["127.70.0.1"] },
    share: 0.85,
  });
});

test("machines are told the addresses of the nodes' interfaces where they lead to them", () => {
  const places = new Map([
    ["127.70.0.1", "10.0.0.7"],
    ["127.70.0.2", "10.0.1.7"],
  ]);
  const states = ["a", "b"].map((zone) => ({ zone, state: "healthy" as const }));
  const policy = { "dns_record.client_routing_policy": "availability_zone_affinity" };
  const inside = (told: readonly string[]) => ({
    vpcId: "vpc-1",
    addresses: told.map((host) => places.get(host)!),
  });
  const [own, ...zones] = networkNames(recordsOf(states, {}, policy), bound, inside);
  assert.deepEqual(own!.addresses, ["127.70.0.1", "127.70.0.2"]);
  assert.deepEqual(own!.inside!.addresses, ["10.0.0.7", "10.0.1.7"]);
  assert.deepEqual(own!.affinity!.byZone, { a: ["10.0.0.7"], b: ["10.0.1.7"] });
  assert.deepEqual(
    zones.map((one) => one.inside!.addresses),
    [["10.0.0.7"], ["10.0.1.7"]],
  );
});

test("before there is a listener names lead to where the nodes will be", () => {
  const { balancer, ...records } = recordsOf([]);
  const zones = ["a", "b"].map((zoneName, at) => ({
    zoneName,
    node: { loopbackHost: `127.70.0.${at + 1}` },
  }));
  const bare = { ...records, balancer: { ...balancer, zones }, listeners: [] };
  assert.deepEqual(
    networkNames(bare as unknown as BalancerRecords, [], () => undefined).map(
      (one) => one.addresses,
    ),
    [["127.70.0.1", "127.70.0.2"], ["127.70.0.1"], ["127.70.0.2"]],
  );
});
