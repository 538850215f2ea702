/** `/_fogbank/faults`: lets machines, programs and zones fail, shows what fails, and heals it. */
import { AwsError } from "#model/error.ts";
import { parseDuration } from "#runtime/duration.ts";
import { isoMillis } from "#runtime/date.ts";
import type { Scope } from "#store/collection.ts";
import { asService } from "#services/kit/principal.ts";
import { zoneNamed } from "#services/kit/facts/zones.ts";
import type { Environment, OwnEndpoint } from "#services/kit/service.ts";
import { newId } from "../ids.ts";
import { instances } from "../instances/records.ts";
import { volumes } from "../volumes/records.ts";
import { faults, type FaultRecord } from "./records.ts";

const kinds = ["kill", "power-cut", "pause", "slow", "packets", "close-port", "stall"] as const;
/** What a wish may say; anything else is refused by name. */
const members = new Set(
  "kind instance zone volume for cpuShare packetLoss packetDelayMs port".split(" "),
);

/**
 * `POST {"kind": "kill", "instance": "i-…"}` begins a fault, `GET` lists the faults, `DELETE /ID`
 * heals one and `DELETE` all. `for` is a duration of cloud time. `{"targetGroup": "web"}` is the
 * program behind a target of that group, or behind an instance of the classic load balancer of that name.
 */
export function faultEndpoint(env: Environment): OwnEndpoint {
  const { store, clock, random } = env;
  return async ({ method, item, body, scope }) => {
    if (method === "GET") {
      const all = await store.transaction((tx) => faults.list(tx, scope));
      return { faults: all.filter(({ ofEc2 }) => !ofEc2).map(show) };
    }
    if (method === "DELETE")
      return store.transaction(async (tx) => {
        const healed = (await faults.list(tx, scope)).filter(
          ({ faultId, ofEc2 }) => !ofEc2 && (item === undefined || faultId === item),
        );
        if (item !== undefined && healed.length === 0)
          throw new RangeError(`there is no fault ${item}`);
        for (const fault of healed)
          faults.put(tx, scope, [fault.faultId], { ...fault, state: "ending" });
        return { healed: healed.map(({ faultId }) => faultId) };
      });
    const wish = readWish(await namedByTarget(env, scope, body));
    const startedMs = clock.now();
    return store.transaction(async (tx) => {
      if ("instanceId" in wish.target) {
        const { instanceId } = wish.target;
        const instance = await instances.get(tx, scope, instanceId);
        if (!instance || instance.state === "terminated")
          throw new RangeError(
            `there is no instance ${instanceId} in ${scope.region} of account ${scope.account}`,
          );
      } else if ("volumeId" in wish.target) {
        const { volumeId } = wish.target;
        if (!(await volumes.get(tx, scope, volumeId)))
          throw new RangeError(
            `there is no volume ${volumeId} in ${scope.region} of account ${scope.account}`,
          );
      } else if (!zoneNamed(scope.region, wish.target.zone))
        throw new RangeError(`there is no zone ${wish.target.zone} in ${scope.region}`);
      const { forMs, ...rest } = wish;
      const fault: FaultRecord = {
        ...rest,
        faultId: newId(random, "fault"),
        startedMs,
        ...(forMs !== undefined && { untilMs: startedMs + forMs }),
        state: "active",
      };
      faults.put(tx, scope, [fault.faultId], fault);
      return show(fault);
    });
  };
}

/** A target of a load balancer stands for its instance and the port that the balancer asks. */
async function namedByTarget(env: Environment, scope: Scope, body: unknown): Promise<unknown> {
  if (typeof body !== "object" || body === null || !("targetGroup" in body)) return body;
  const { targetGroup, instance, ...rest } = body as Record<string, unknown>;
  const name = String(targetGroup);
  const targets = await targetsOf(env, scope, name);
  const target = targets.find(({ id }) => instance === undefined || id === instance);
  if (!target?.id?.startsWith("i-"))
    throw new RangeError(
      instance === undefined
        ? `target group ${name} has no instance`
        : `${JSON.stringify(instance)} is no target of ${name}; there are ${targets.map(({ id }) => id).join(", ")}`,
    );
  return { kind: "close-port", ...rest, instance: target.id, port: target.port };
}

interface NamedTarget {
  id: string | undefined;
  port: number | undefined;
}

/** Those that serve come first: there is a program to end. */
async function targetsOf(env: Environment, scope: Scope, name: string): Promise<NamedTarget[]> {
  const elbv2 = env.clients.elbv2(asService(scope, "ec2.amazonaws.com"));
  let TargetGroupArn: string | undefined;
  try {
    const { TargetGroups } = await elbv2.DescribeTargetGroups(
      name.startsWith("arn:") ? { TargetGroupArns: [name] } : { Names: [name] },
    );
    ({ TargetGroupArn } = TargetGroups![0]!);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const targets = await classicTargets(env, scope, name);
    if (targets) return targets;
    throw new RangeError(error.message);
  }
  const { TargetHealthDescriptions } = await elbv2.DescribeTargetHealth({ TargetGroupArn });
  const serves = (one: { TargetHealth?: { State?: string } }) =>
    Number(one.TargetHealth?.State === "healthy");
  return (TargetHealthDescriptions ?? [])
    .toSorted((a, b) => serves(b) - serves(a))
    .map(({ Target }) => ({ id: Target?.Id, port: Target?.Port }));
}

/** Of a classic load balancer, which has its targets itself; undefined when none has the name. */
async function classicTargets(
  env: Environment,
  scope: Scope,
  name: string,
): Promise<NamedTarget[] | undefined> {
  const elb = env.clients.elb(asService(scope, "ec2.amazonaws.com"));
  const { LoadBalancerDescriptions = [] } = await elb.DescribeLoadBalancers({});
  const balancer = LoadBalancerDescriptions.find((one) => one.LoadBalancerName === name);
  const port = balancer?.ListenerDescriptions?.[0]?.Listener?.InstancePort;
  return balancer?.Instances?.map(({ InstanceId }) => ({ id: InstanceId, port }));
}

type Wish = Pick<
  FaultRecord,
  "kind" | "target" | "cpuShare" | "packetLoss" | "packetDelayMs" | "port"
> & { forMs?: number };

/** Throws RangeError with what a person would have to write instead. */
function readWish(body: unknown): Wish {
  if (typeof body !== "object" || body === null)
    throw new RangeError('write {"kind": "kill", "instance": "i-…"}');
  const wish = body as Record<string, unknown>;
  const unknown = Object.keys(wish).find((name) => !members.has(name));
  if (unknown !== undefined) throw new RangeError(`a fault has no "${unknown}"`);
  const kind = kinds.find((one) => one === wish["kind"]);
  if (!kind) throw new RangeError(`a fault's kind is one of ${kinds.join(", ")}`);
  const { instance, zone, volume } = wish;
  if (kind === "stall" || volume !== undefined) {
    if (
      kind !== "stall" ||
      typeof volume !== "string" ||
      instance !== undefined ||
      zone !== undefined
    )
      throw new RangeError('a volume stalls: write {"kind": "stall", "volume": "vol-…"}');
    return { kind, target: { volumeId: volume }, ...lasting(wish) };
  }
  if ((typeof instance === "string") === (typeof zone === "string"))
    throw new RangeError("a fault is of one instance or of one zone");
  if (typeof zone === "string" && kind === "close-port")
    throw new RangeError("a port is closed on one instance");
  const target = typeof zone === "string" ? { zone } : { instanceId: instance as string };
  const cpuShare = part(wish, "cpuShare");
  if (kind === "slow" && (cpuShare === undefined || cpuShare === 0 || cpuShare === 1))
    throw new RangeError("slow needs a cpuShare between 0 and 1, such as 0.2");
  const packetLoss = part(wish, "packetLoss");
  const packetDelayMs = amount(wish, "packetDelayMs", 60_000);
  if (kind === "packets" && packetLoss === undefined && packetDelayMs === undefined)
    throw new RangeError("packets needs a packetLoss or a packetDelayMs");
  const port = amount(wish, "port", 65_535);
  if (kind === "close-port" && !port) throw new RangeError("close-port needs a port");
  const once = kind === "kill" || kind === "close-port";
  if (once && wish["for"] !== undefined) throw new RangeError(`${kind} happens once, for no time`);
  return {
    kind,
    target,
    ...(kind === "slow" && { cpuShare: cpuShare! }),
    ...(kind === "packets" && {
      ...(packetLoss !== undefined && { packetLoss }),
      ...(packetDelayMs !== undefined && { packetDelayMs }),
    }),
    ...(kind === "close-port" && { port: port! }),
    ...lasting(wish),
  };
}

function lasting(wish: Record<string, unknown>): { forMs?: number } {
  return typeof wish["for"] === "string" ? { forMs: parseDuration(wish["for"]) } : {};
}

function part(wish: Record<string, unknown>, name: string): number | undefined {
  return amount(wish, name, 1);
}

function amount(wish: Record<string, unknown>, name: string, most: number): number | undefined {
  const value = wish[name];
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !(value >= 0 && value <= most))
    throw new RangeError(`${name} is a number from 0 to ${most}`);
  return value;
}

function shownTarget(target: FaultRecord["target"]) {
  if ("zone" in target) return { zone: target.zone };
  if ("volumeId" in target) return { volume: target.volumeId };
  return { instance: target.instanceId };
}

function show({ target, startedMs, untilMs, ...fault }: FaultRecord) {
  return {
    ...fault,
    ...shownTarget(target),
    started: isoMillis(startedMs),
    ...(untilMs !== undefined && { until: isoMillis(untilMs) }),
  };
}
