import assert from "node:assert/strict";
import { test } from "node:test";
import { ruleText } from "./rule-text.ts";

test("rules become lines of iptables-restore, groups spelled out as addresses", () => {
  const rules = {
    privateIps: ["10.0.0.5"],
    ingress: [
      { protocol: 6, ports: { from: 80, to: 81 }, cidrs: ["1.2.3.0/24"], groups: ["sg-1"] },
      { protocol: 1, icmp: { type: 8 }, cidrs: ["0.0.0.0/0"], groups: [] },
    ],
    egress: [{ cidrs: ["10.0.0.0/16"], groups: [] }],
    acl: { subnet: "10.0.0.0/24", ingress: [], egress: [{ cidr: "0.0.0.0/0", allow: true }] },
    routes: [{ cidr: "10.0.0.0/16", to: "network" as const }],
    resolvers: [],
    reaches: [],
  };
  const members = [
    { privateIp: "10.0.0.6", at: { machineId: "i-moved" }, groups: ["sg-1"] },
    { privateIp: "10.0.0.7", at: { machineId: "i-still" }, groups: ["sg-2"] },
    { privateIp: "10.0.0.3", at: { host: "127.64.0.9" }, groups: ["sg-1"] },
  ];
  const lines = ruleText(rules, {
    network: { id: "vpc-1", members, machines: new Map() },
    gateway: "172.18.0.1",
    nameservers: ["9.9.9.9"],
    addressOf: (id) => (id === "i-moved" ? "172.18.0.4" : undefined),
  }).split("\n");
  const last = lines
    .filter((line) => /-A (?:INPUT|OUTPUT) -[sd] .* -j ACCEPT/.test(line))
    .slice(-5);
  assert.deepEqual(
    last,
    [
      "-A INPUT -s 1.2.3.0/24 -p tcp --dport 80:81 -j ACCEPT",
      "-A INPUT -s 172.18.0.4 -p tcp --dport 80:81 -j ACCEPT",
      "-A INPUT -s 0.0.0.0/0 -p icmp --icmp-type 8 -j ACCEPT",
      "-A OUTPUT -d 10.0.0.0/16 -j ACCEPT",
      "-A OUTPUT -d 172.18.0.4 -j ACCEPT",
    ].slice(-5),
  );
  assert.ok(lines.includes("-A INPUT -s 172.18.0.1 -j ACCEPT"), "this host");
  assert.ok(lines.includes("-A OUTPUT -d 9.9.9.9 -p udp --dport 53 -j ACCEPT"), "names");
  const of = (chain: string) => lines.filter((line) => line.startsWith(`-A FOGBANK-${chain} `));
  assert.deepEqual(of("ACL-IN"), [
    "-A FOGBANK-ACL-IN -s 10.0.0.0/24 -j RETURN",
    "-A FOGBANK-ACL-IN -j DROP",
  ]);
  assert.deepEqual(of("ROUTES"), [
    "-A FOGBANK-ROUTES -d 10.0.0.0/16 -j RETURN",
    "-A FOGBANK-ROUTES -d 172.18.0.4 -j RETURN",
    "-A FOGBANK-ROUTES -j DROP",
  ]);
});
