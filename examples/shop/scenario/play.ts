/** Plays a scenario on a Fogbank with real machines, and reports what happened. */
import { setTimeout as pause } from "node:timers/promises";
import { CreateQueueCommand, GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { createClients, type Clients } from "./clients.ts";
import { createCustomers, type Customers, type ShopAddress } from "./customers.ts";
import { createFleet, type Fleet, type FleetView } from "./fleet.ts";
import { startFogbank } from "./fogbank.ts";
import { createKeepsakes } from "./keepsakes.ts";
import { killInstance } from "./kill.ts";
import { send } from "./request.ts";
import type { Scenario } from "./scenario.ts";
import { deployShop } from "./stack.ts";
import { printLegend, printMoment } from "./timeline.ts";
import type { Findings } from "./verdict.ts";

const keptSessions = 20;
/** Around the kill, wall time: requests that fail then were in flight on the killed machine. */
const killWindowMs = 3000;

export async function play(scenario: Scenario, dataDir: string): Promise<Findings> {
  say(`Fogbank at ${scenario.speed} cloud seconds a second; deploying examples/shop/template.yaml`);
  const fogbank = await startFogbank(scenario.speed, dataDir);
  try {
    const clients = createClients(fogbank.endpoint);
    const stack = await deployShop(clients, {
      parameters: {
        RequestsPerTarget: String(scenario.requestsPerTarget),
        MaxWebInstances: String(scenario.maxWebInstances),
        GraceSeconds: String(scenario.graceSeconds),
        BootTimeout: `PT${5 * scenario.graceSeconds}S`,
      },
      show({ LogicalResourceId, ResourceStatus, ResourceStatusReason }) {
        if (!ResourceStatus?.endsWith("_IN_PROGRESS"))
          say(`  ${ResourceStatus} ${LogicalResourceId} ${ResourceStatusReason ?? ""}`);
      },
    });
    const mailbox = await subscribeMailbox(clients, fogbank.endpoint, stack.topicArn);
    const address = { url: fogbank.endpoint, host: stack.loadBalancerHost };
    await shopAnswers(address);
    const fleet = createFleet(clients, stack);
    const keepsakes = await createKeepsakes(address, keptSessions);
    const customers = createCustomers(address);
    const run = await observe(scenario, { fleet, customers, dataDir });
    const sessionsLost = await keepsakes.countLost();
    const ordersLost = await countLostOrders(customers, fleet);
    return {
      ...run,
      sessionsKept: keepsakes.count + customers.orders.size,
      sessionsLost: sessionsLost + customers.lostCarts,
      ordersPlaced: customers.orders.size,
      ordersLost,
      alarmMails: await mailbox(),
    };
  } finally {
    await fogbank.stop();
  }
}

type Observed = Omit<
  Findings,
  "sessionsKept" | "sessionsLost" | "ordersPlaced" | "ordersLost" | "alarmMails"
>;

interface Stage {
  fleet: Fleet;
  customers: Customers;
  dataDir: string;
}

/**
 * Runs the phases while looking once a second, until the fleet has calmed down. The rush lasts until the
 * fleet has grown, lost a machine and made good for it: how soon that is depends on the host.
 */
async function observe(
  scenario: Scenario,
  { fleet, customers, dataDir }: Stage,
): Promise<Observed> {
  const startMs = Date.now();
  const [morning, rush] = scenario.phases;
  const rushMs = (morning?.seconds ?? 0) * 1000;
  const latestMs = totalMs(scenario) + scenario.patienceSeconds * 1000;
  const views: FleetView[] = [];
  let requests = 0;
  let killedAtMs: number | undefined;
  let killed: string | undefined;
  let replaced = false;
  let loadOver = false;
  const load = (async () => {
    for (const phase of scenario.phases) {
      await customers.run(phase.rate, phase.seconds);
      const isEnough = () => phase !== rush || replaced || Date.now() > startMs + latestMs;
      while (!isEnough()) await customers.run(phase.rate, 1);
    }
    loadOver = true;
  })();

  printLegend();
  for (let second = 1; ; second++) {
    await pause(Math.max(0, startMs + second * 1000 - Date.now()));
    const view = await fleet.look();
    views.push(view);
    const interval = customers.take();
    requests += interval.requests;
    let note = "";
    const healthy = await fleet.healthyInstances();
    const hasGrown = view.webHealthy > (views[0]?.webHealthy ?? 0) || second * 1000 > latestMs;
    const killMs = rushMs + scenario.killAfterSeconds * 1000;
    if (killed === undefined && hasGrown && second * 1000 >= killMs) {
      killed = healthy[0];
      if (killed === undefined) throw new Error("there is no healthy instance to kill");
      killedAtMs = Date.now();
      note = `kill -9 of all ${killInstance(dataDir, killed)} processes of ${killed}`;
    } else if (killed !== undefined && !replaced) {
      const others = healthy.filter((id) => id !== killed);
      replaced = !healthy.includes(killed) && others.length >= view.webDesired;
      if (replaced) note = "the killed instance is replaced";
    }
    printMoment({ second, interval, fleet: view, note });
    const calm = loadOver && view.webInService <= (views[0]?.webInService ?? 1);
    const late = second * 1000 > latestMs + scenario.calmSeconds * 1000;
    if (calm || late) break;
  }
  await load;
  const atKill = customers.failures.filter(
    ({ atMs }) => killedAtMs !== undefined && Math.abs(atMs - killedAtMs) < killWindowMs,
  );
  for (const { what } of customers.failures.slice(0, 5)) say(`  failed: ${what}`);
  return {
    requests,
    failures: customers.failures.length,
    failuresAtKill: atKill.length,
    serversAtStart: views[0]?.webInService ?? 0,
    mostServers: Math.max(...views.map(({ webHealthy }) => webHealthy)),
    serversAtEnd: views.at(-1)?.webInService ?? 0,
    replaced,
  };
}

/** Resolves when the front page is there: targets become healthy a little after they are registered. */
async function shopAnswers(address: ShopAddress): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const { status } = await send(address, "GET", "/");
    if (status === 200) return;
    await pause(100);
  }
  throw new Error("the shop does not answer");
}

/** Waits until the workers have recorded every order that a customer was promised. */
async function countLostOrders({ orders }: Customers, fleet: Fleet): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    const recorded = await fleet.recordedOrders();
    const missing = [...orders].filter((id) => !recorded.has(id)).length;
    if (missing === 0 || attempt === 240) return missing;
    await pause(250);
  }
}

/** A queue that collects what the alarms say; returns how to count it. */
async function subscribeMailbox(
  { sqs }: Clients,
  endpoint: string,
  topicArn: string,
): Promise<() => Promise<number>> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "alarm-mails" }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
  );
  const sns = new SNSClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "shop", secretAccessKey: "shop" },
  });
  await sns.send(
    new SubscribeCommand({ TopicArn: topicArn, Protocol: "sqs", Endpoint: Attributes?.QueueArn }),
  );
  return async () => {
    const { Attributes: counted } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["ApproximateNumberOfMessages"] }),
    );
    return Number(counted?.ApproximateNumberOfMessages ?? 0);
  };
}

function totalMs({ phases }: Scenario): number {
  return phases.reduce((sum, { seconds }) => sum + seconds, 0) * 1000;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
