/** The shop's template on simulated machines under a virtual clock, used over the wire by official clients. */
import type { TestContext } from "node:test";
import {
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  type Activity,
} from "@aws-sdk/client-auto-scaling";
import {
  DeleteStackCommand,
  DescribeStacksCommand,
  SignalResourceCommand,
} from "@aws-sdk/client-cloudformation";
import { startCloud } from "#cloud/cloud.ts";
import type { SimulatedDriver } from "#compute/simulated/simulated-driver.ts";
import { createFleet, type Fleet } from "../../examples/shop/scenario/fleet.ts";
import { deployShop, stackName, type ShopStack } from "../../examples/shop/scenario/stack.ts";
import { takeInventory, type Inventory } from "./inventory.ts";
import { createOrders, type Orders } from "./orders.ts";
import { createShopClients, type ShopClients } from "./shop-clients.ts";

/** How often load is spread anew, workers work and somebody looks. */
const stepMs = 30_000;

const options = { clock: "virtual", compute: "simulated", seed: 1 } as const;

/** What was seen at one moment of cloud time. */
export interface Look {
  /** "12:13:30" */
  time: string;
  webDesired: number;
  webInService: string[];
  /** Instances that the load balancer would send a request to. */
  healthy: string[];
  workersDesired: number;
  workersInService: string[];
}

export interface SimulatedShop {
  clients: ShopClients;
  stack: ShopStack;
  fleet: Fleet;
  machines: SimulatedDriver;
  /** What the account held before the shop was deployed. */
  before: Inventory;
  /** Work for the workers; they work while time passes. */
  orders: Orders;
  /** Requests a minute over all customers, from now on. */
  visitors(requestsPerMinute: number): void;
  /** Lets cloud time pass up to a time of today such as "12:10". */
  passUntil(time: string): Promise<Look>;
  look(): Promise<Look>;
  /** The first look at or after a time such as "12:13:30". */
  at(time: string): Look;
  /** Those that began at or after a time such as "12:13", oldest first. */
  activities(group: string, since: string): Promise<Activity[]>;
  /** Deletes the stack; returns its status after so many minutes, or as soon as it is final. */
  deleteStack(minutes: number): Promise<string | undefined>;
}

export async function startSimulatedShop(
  test: TestContext,
  parameters: Readonly<Record<string, string>>,
): Promise<SimulatedShop> {
  const cloud = await startCloud({ ...options, logLevel: "error" });
  test.after(() => cloud.stop());
  const { clock, simulated: machines } = cloud;
  if (!machines) throw new Error("the machines are not simulated");
  const clients = createShopClients(test, cloud.endpoint);
  const before = await takeInventory(clients);
  const signalled = new Set<string>();
  const stack = await deployShop(clients, {
    parameters,
    async wait() {
      await clock.advance(5000);
      await signalAsMachines(clients, signalled);
    },
  });
  const fleet = createFleet(clients, stack);
  const orders = createOrders(clients, stack);
  const looks: Look[] = [];
  let perMinute = 0;

  const look = async (): Promise<Look> => {
    const { AutoScalingGroups = [] } = await clients.autoscaling.send(
      new DescribeAutoScalingGroupsCommand({
        AutoScalingGroupNames: [stack.webGroup, stack.workerGroup],
      }),
    );
    const groupOf = (name: string) => {
      const group = AutoScalingGroups.find((one) => one.AutoScalingGroupName === name);
      const members = group?.Instances ?? [];
      const serving = members.filter(({ LifecycleState }) => LifecycleState === "InService");
      return {
        desired: group?.DesiredCapacity ?? 0,
        inService: serving.map(({ InstanceId = "" }) => InstanceId).sort(),
      };
    };
    const web = groupOf(stack.webGroup);
    const workers = groupOf(stack.workerGroup);
    const seen: Look = {
      time: new Date(clock.now()).toISOString().slice(11, 19),
      webDesired: web.desired,
      webInService: web.inService,
      healthy: (await fleet.healthyInstances()).sort(),
      workersDesired: workers.desired,
      workersInService: workers.inService,
    };
    looks.push(seen);
    return seen;
  };
  const timeToday = (time: string) =>
    Date.parse(`${new Date(clock.now()).toISOString().slice(0, 10)}T${time}:00Z`);
  /** The load balancer sends requests to healthy machines alone. */
  const spread = async ({ healthy }: Look) => {
    for (const { id } of await machines.list())
      machines.offer(id, healthy.includes(id) ? perMinute / 60 / healthy.length : 0);
  };
  const passUntilMs = async (endMs: number): Promise<Look> => {
    let seen = await look();
    while (clock.now() < endMs) {
      await spread(seen);
      const workers = await Promise.all(seen.workersInService.map((id) => machines.observe(id)));
      await orders.step(workers.filter(({ state }) => state === "running").length);
      await clock.advance(Math.min(stepMs, endMs - clock.now()));
      seen = await look();
    }
    return seen;
  };
  return {
    clients,
    stack,
    fleet,
    machines,
    before,
    orders,
    look,
    visitors(requestsPerMinute) {
      perMinute = requestsPerMinute;
    },
    async passUntil(time) {
      const endMs = timeToday(time);
      if (!(endMs > clock.now())) throw new RangeError(`it is past ${time}`);
      return passUntilMs(endMs);
    },
    at(time) {
      const found = looks.find((one) => one.time >= time);
      if (!found) throw new RangeError(`nobody looked at or after ${time}`);
      return found;
    },
    async activities(group, since) {
      const { Activities = [] } = await clients.autoscaling.send(
        new DescribeScalingActivitiesCommand({ AutoScalingGroupName: group }),
      );
      const startMs = timeToday(since);
      return Activities.filter(({ StartTime }) => StartTime!.getTime() >= startMs).toReversed();
    },
    async deleteStack(minutes) {
      const describe = async (StackName: string) => {
        const { Stacks } = await clients.cloudformation.send(
          new DescribeStacksCommand({ StackName }),
        );
        return Stacks?.[0];
      };
      const id = (await describe(stackName))?.StackId ?? "";
      await clients.cloudformation.send(new DeleteStackCommand({ StackName: stackName }));
      const endMs = clock.now() + minutes * 60_000;
      for (;;) {
        const status = (await describe(id))?.StackStatus;
        if (status !== "DELETE_IN_PROGRESS" || clock.now() >= endMs) return status;
        await clock.advance(stepMs);
      }
    },
  };
}

/** What the last line of a web server's user data does: it says, once, that the machine came up. */
async function signalAsMachines(
  { autoscaling, cloudformation }: ShopClients,
  signalled: Set<string>,
): Promise<void> {
  const { AutoScalingGroups = [] } = await autoscaling.send(
    new DescribeAutoScalingGroupsCommand({
      Filters: [{ Name: "tag:Name", Values: [`${stackName}-web`] }],
    }),
  );
  const members = AutoScalingGroups.flatMap(({ Instances = [] }) => Instances);
  for (const { InstanceId = "", LifecycleState } of members) {
    if (LifecycleState !== "InService" || signalled.has(InstanceId)) continue;
    signalled.add(InstanceId);
    await cloudformation.send(
      new SignalResourceCommand({
        StackName: stackName,
        LogicalResourceId: "WebGroup",
        UniqueId: InstanceId,
        Status: "SUCCESS",
      }),
    );
  }
}
