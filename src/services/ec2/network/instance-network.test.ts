import assert from "node:assert/strict";
import { test } from "node:test";
import { createSeededRandom } from "#runtime/random.ts";
import { createMemoryStore } from "#store/memory.ts";
import type { Transaction } from "#store/store.ts";
import type { InterfaceRequest } from "../instance-network.ts";
import { instanceNetwork } from "./instance-network.ts";
import { createFactsReader } from "./interface-facts.ts";
import { addresses, interfaces, privateIps, publicIps, subnets } from "./records.ts";

const scope = { account: "123456789012", region: "us-east-1" };
const env = { random: createSeededRandom(3), now: 1000 };

function request(instanceId: string, more: Partial<InterfaceRequest> = {}): InterfaceRequest {
  return { instanceId, deviceIndex: 0, deleteOnTermination: true, tags: {}, ...more };
}

async function inStore(run: (tx: Transaction) => Promise<void>) {
  await createMemoryStore().transaction(run);
}

test("an instance gets an address of the first zone's default subnet, and a public one", () =>
  inStore(async (tx) => {
    const [facts] = await instanceNetwork.attach(tx, scope, env, [request("i-1")]);
    assert.match(facts!.privateIp, /^172\.31\.\d+\.\d+$/);
    assert.equal(facts!.availabilityZone, "us-east-1a");
    assert.equal(facts!.privateDnsName, `ip-${facts!.privateIp.replaceAll(".", "-")}.ec2.internal`);
    assert.match(facts!.publicIp!, /^198\.(18|19)\./);
    assert.match(facts!.publicDnsName!, /^ec2-198-1[89]-.*\.compute-1\.amazonaws\.com$/);
    assert.equal(facts!.publicIpOwner, "amazon");
    assert.deepEqual(
      facts!.groups.map(({ groupName }) => groupName),
      ["default"],
    );
    assert.deepEqual(await instanceNetwork.interfacesOf(tx, scope, "i-1"), [facts]);
    assert.deepEqual([...(await instanceNetwork.allInterfaces(tx, scope))], [["i-1", [facts]]]);
  }));

test("a stopped instance loses its public address and gets another when it starts", () =>
  inStore(async (tx) => {
    const [before] = await instanceNetwork.attach(tx, scope, env, [request("i-1")]);
    await instanceNetwork.releasePublicIps(tx, scope, "i-1");
    const [stopped] = await instanceNetwork.interfacesOf(tx, scope, "i-1");
    assert.equal(stopped!.publicIp, undefined);
    await instanceNetwork.assignPublicIps(tx, scope, env, "i-1");
    const [after] = await instanceNetwork.interfacesOf(tx, scope, "i-1");
    assert.ok(after!.publicIp && after!.publicIp !== before!.publicIp);
    assert.equal(after!.privateIp, before!.privateIp);
  }));

test("a terminated instance leaves nothing behind", () =>
  inStore(async (tx) => {
    await instanceNetwork.attach(tx, scope, env, [
      request("i-1"),
      request("i-1", { deviceIndex: 1 }),
    ]);
    await instanceNetwork.release(tx, scope, "i-1");
    for (const left of [interfaces, privateIps, publicIps, addresses])
      assert.deepEqual(await left.entries(tx, scope), []);
  }));

test("addresses asked for must be free, inside the subnet, and not reserved", () =>
  inStore(async (tx) => {
    await instanceNetwork.attach(tx, scope, env, [request("i-0")]);
    const [subnet] = (await subnets.list(tx, scope)).filter((s) => s.zoneName === "us-east-1b");
    const { subnetId } = subnet!;
    const ask = (privateIp: string, id: string) =>
      instanceNetwork.attach(tx, scope, env, [request(id, { subnetId, privateIp })]);
    const base = subnet!.cidr.replace(/\.0\/20$/, "");
    const [facts] = await ask(`${base}.4`, "i-1");
    assert.equal(facts!.availabilityZone, "us-east-1b");
    await assert.rejects(ask(`${base}.4`, "i-2"), { code: "InvalidIPAddress.InUse" });
    await assert.rejects(ask(`${base}.3`, "i-2"), {
      message: "Address is in subnet's reserved address range",
    });
    await assert.rejects(ask("10.0.0.9", "i-2"), {
      message: "Address does not fall within the subnet's address range",
    });
    await assert.rejects(
      instanceNetwork.attach(tx, scope, env, [request("i-3", { subnetId: "subnet-12345678" })]),
      { code: "InvalidSubnetID.NotFound" },
    );
    await assert.rejects(
      instanceNetwork.attach(tx, scope, env, [request("i-3", { securityGroupIds: ["sg-1"] })]),
      { code: "InvalidGroup.NotFound", message: "The security group 'sg-1' does not exist" },
    );
  }));

test("without a subnet named there must be a default one in the zone", () =>
  inStore(async (tx) => {
    await instanceNetwork.attach(tx, scope, env, [request("i-0")]);
    const all = await subnets.list(tx, scope);
    const launch = (zone?: string) =>
      instanceNetwork.attach(tx, scope, env, [
        request("i-1", zone === undefined ? {} : { availabilityZone: zone }),
      ]);
    for (const { subnetId, zoneName } of all)
      if (zoneName !== "us-east-1b") subnets.delete(tx, scope, subnetId);
    await assert.rejects(launch("us-east-1c"), {
      code: "InvalidInput",
      message: "No default subnet for availability zone: 'us-east-1c'.",
    });
    assert.equal((await launch())[0]!.availabilityZone, "us-east-1b");
    for (const { subnetId } of all) subnets.delete(tx, scope, subnetId);
    await assert.rejects(launch("us-east-1b"), {
      code: "MissingInput",
      message: `No subnets found for the default VPC '${all[0]!.vpcId}'. Please specify a subnet.`,
    });
  }));

test("a full subnet takes no more", () =>
  inStore(async (tx) => {
    await instanceNetwork.attach(tx, scope, env, [request("i-0")]);
    const [subnet] = await subnets.list(tx, scope);
    const subnetId = "subnet-0small";
    subnets.put(tx, scope, [subnetId], { ...subnet!, subnetId, cidr: "172.31.255.0/28" });
    for (let index = 0; index < 11; index++)
      await instanceNetwork.attach(tx, scope, env, [request(`i-${index + 1}`, { subnetId })]);
    const used = await privateIps.entries(tx, scope, [subnetId]);
    assert.equal(new Set(used.map(({ id }) => id[1])).size, 11);
    await assert.rejects(instanceNetwork.attach(tx, scope, env, [request("i-12", { subnetId })]), {
      code: "InsufficientFreeAddressesInSubnet",
    });
  }));

test("an interface that is free has no facts of an instance", () =>
  inStore(async (tx) => {
    await instanceNetwork.attach(tx, scope, env, [request("i-1", { deleteOnTermination: false })]);
    await instanceNetwork.release(tx, scope, "i-1");
    const [free] = await interfaces.list(tx, scope);
    assert.equal(free!.attachment, undefined);
    await assert.rejects(createFactsReader(tx, scope)(free!), /is not attached/);
  }));
