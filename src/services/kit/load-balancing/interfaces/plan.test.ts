import assert from "node:assert/strict";
import { test } from "node:test";
import {
  planInterfaces,
  type ActualInterface,
  type InterfaceStep,
  type WantedInterface,
} from "./plan.ts";

const wanted = (changes: Partial<WantedInterface> = {}): WantedInterface => ({
  subnetId: "subnet-1",
  groups: ["sg-1"],
  public: "none",
  ...changes,
});

const actual = (changes: Partial<ActualInterface> = {}): ActualInterface => ({
  id: "eni-1",
  subnetId: "subnet-1",
  groups: ["sg-1"],
  privateIp: "10.0.0.7",
  isAttached: true,
  public: "none",
  ipv6Addresses: [],
  ...changes,
});

const elastic = (allocationId: string) => ({ allocationId });

interface Case {
  what: string;
  wanted: WantedInterface[];
  actual: ActualInterface[];
  steps: InterfaceStep[];
}

const cases: Case[] = [
  { what: "nothing is missing", wanted: [wanted()], actual: [actual()], steps: [] },
  {
    what: "an interface per subnet is created",
    wanted: [wanted(), wanted({ subnetId: "subnet-2" })],
    actual: [actual()],
    steps: [{ do: "create", wanted: wanted({ subnetId: "subnet-2" }) }],
  },
  {
    what: "one too many in a subnet leaves",
    wanted: [wanted()],
    actual: [actual(), actual({ id: "eni-2" })],
    steps: [{ do: "delete", id: "eni-2" }],
  },
  {
    what: "interfaces of subnets that were left go first",
    wanted: [wanted({ subnetId: "subnet-2" })],
    actual: [actual()],
    steps: [
      { do: "delete", id: "eni-1" },
      { do: "create", wanted: wanted({ subnetId: "subnet-2" }) },
    ],
  },
  {
    what: "one that was detached is another load balancer's, which had the name before",
    wanted: [wanted()],
    actual: [actual({ isAttached: false })],
    steps: [
      { do: "delete", id: "eni-1" },
      { do: "create", wanted: wanted() },
    ],
  },
  {
    what: "a load balancer that is gone has none",
    wanted: [],
    actual: [actual()],
    steps: [{ do: "delete", id: "eni-1" }],
  },
  {
    what: "groups are compared whatever their order",
    wanted: [wanted({ groups: ["sg-2", "sg-1"] })],
    actual: [actual({ groups: ["sg-1", "sg-2"] })],
    steps: [],
  },
  {
    what: "an interface moves to other groups",
    wanted: [wanted({ groups: ["sg-2"] })],
    actual: [actual()],
    steps: [{ do: "move to groups", id: "eni-1", groups: ["sg-2"] }],
  },
  {
    what: "a public address is lent",
    wanted: [wanted({ public: "lent" })],
    actual: [actual()],
    steps: [{ do: "lend a public address", id: "eni-1" }],
  },
  {
    what: "an Elastic IP address is associated",
    wanted: [wanted({ public: elastic("eipalloc-1") })],
    actual: [actual()],
    steps: [{ do: "associate", id: "eni-1", allocationId: "eipalloc-1" }],
  },
  {
    what: "an Elastic IP address that is associated stays",
    wanted: [wanted({ public: elastic("eipalloc-1") })],
    actual: [actual({ public: elastic("eipalloc-1") })],
    steps: [],
  },
  {
    what: "an interface with another Elastic IP address is replaced",
    wanted: [wanted({ public: elastic("eipalloc-1") })],
    actual: [actual({ public: elastic("eipalloc-2") })],
    steps: [
      { do: "delete", id: "eni-1" },
      { do: "create", wanted: wanted({ public: elastic("eipalloc-1") }) },
    ],
  },
  {
    what: "an interface with a public address that it should not have is replaced",
    wanted: [wanted()],
    actual: [actual({ public: "lent" })],
    steps: [
      { do: "delete", id: "eni-1" },
      { do: "create", wanted: wanted() },
    ],
  },
  {
    what: "an interface with another private address is replaced",
    wanted: [wanted({ privateIp: "10.0.0.8" })],
    actual: [actual()],
    steps: [
      { do: "delete", id: "eni-1" },
      { do: "create", wanted: wanted({ privateIp: "10.0.0.8" }) },
    ],
  },
  {
    what: "any IPv6 address will do where none was chosen",
    wanted: [wanted({ ipv6: {} })],
    actual: [actual({ ipv6Addresses: ["2001:db8::1"] })],
    steps: [],
  },
  {
    what: "an IPv6 address is assigned",
    wanted: [wanted({ ipv6: {} })],
    actual: [actual()],
    steps: [{ do: "assign IPv6", id: "eni-1", address: undefined }],
  },
  {
    what: "an IPv6 address gives way to the one that was chosen",
    wanted: [wanted({ ipv6: { address: "2001:db8::2" } })],
    actual: [actual({ ipv6Addresses: ["2001:db8::1"] })],
    steps: [
      { do: "unassign IPv6", id: "eni-1", addresses: ["2001:db8::1"] },
      { do: "assign IPv6", id: "eni-1", address: "2001:db8::2" },
    ],
  },
  {
    what: "IPv6 addresses leave with the address type",
    wanted: [wanted()],
    actual: [actual({ ipv6Addresses: ["2001:db8::1"] })],
    steps: [{ do: "unassign IPv6", id: "eni-1", addresses: ["2001:db8::1"] }],
  },
];

for (const { what, steps, ...given } of cases)
  test(what, () => {
    assert.deepEqual(planInterfaces(given.wanted, given.actual), steps);
  });
