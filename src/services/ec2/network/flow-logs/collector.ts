/** Takes the conversations of machines once a minute and brings them to their flow logs' destinations. */
import { AwsError } from "#model/error.ts";
import { startSampler, type Sampler } from "#services/kit/period-sampler.ts";
import type { Environment } from "#services/kit/service.ts";
import { zoneNamed } from "#services/kit/facts/zones.ts";
import { listScopes, type Scope } from "#store/collection.ts";
import { interfaces, type NetworkInterfaceRecord } from "../records.ts";
import { addFlows, type FlowSums } from "./accumulate.ts";
import { deliverToGroup, deliverToS3 } from "./deliver.ts";
import { fieldsOf, flowLine, type FlowPlace, type LogStatus } from "./format.ts";
import { flowLogs, type FlowLogRecord } from "./records.ts";

const periodMs = 60_000;
/** https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html: files come every five minutes. */
const filePeriodMs = 300_000;

interface Sums {
  flows: FlowSums;
  /** Some minute of the interval nobody counted. */
  isIncomplete: boolean;
}

export function startFlowLogs(env: Environment): Sampler {
  /** By flow log and interface. */
  const sums = new Map<string, Sums>();
  /** Lines that wait for their file, by flow log. */
  const pending = new Map<string, string[]>();
  return startSampler(env, { periodMs, what: "flow logs" }, async (startMs) => {
    for (const scope of await env.store.transaction((tx) => listScopes(tx)))
      await collect(env, scope, { sums, pending, endMs: startMs + periodMs });
  });
}

interface Round {
  sums: Map<string, Sums>;
  pending: Map<string, string[]>;
  endMs: number;
}

async function collect(env: Environment, scope: Scope, round: Round): Promise<void> {
  const { logs, all } = await env.store.transaction(async (tx) => {
    const found = await flowLogs.list(tx, scope);
    return { logs: found, all: found.length > 0 ? await interfaces.list(tx, scope) : [] };
  });
  const seen = new Map<string, Awaited<ReturnType<typeof take>>>();
  for (const eni of all) {
    const instanceId = eni.attachment?.instanceId;
    // A machine's conversations are its primary interface's.
    if (instanceId === undefined || eni.attachment?.deviceIndex !== 0) continue;
    const applicable = logs.filter((log) => covers(log, eni));
    if (applicable.length === 0) continue;
    seen.set(eni.networkInterfaceId, await take(env, instanceId));
    for (const log of applicable) add(round, log, eni, seen.get(eni.networkInterfaceId));
  }
  for (const log of logs) await publish(env, scope, log, all, round);
}

function take({ compute }: Environment, instanceId: string) {
  return compute.guard?.takeFlows(instanceId) ?? Promise.resolve(undefined);
}

function covers(log: FlowLogRecord, eni: NetworkInterfaceRecord): boolean {
  const { vpcId, subnetId, networkInterfaceId } = eni;
  return [vpcId, subnetId, networkInterfaceId].includes(log.resourceId);
}

const keyOf = (log: FlowLogRecord, eni: NetworkInterfaceRecord) =>
  `${log.flowLogId} ${eni.networkInterfaceId}`;

function add(
  { sums }: Round,
  log: FlowLogRecord,
  eni: NetworkInterfaceRecord,
  flows: Awaited<ReturnType<typeof take>>,
): void {
  const own = sums.get(keyOf(log, eni)) ?? { flows: new Map(), isIncomplete: false };
  sums.set(keyOf(log, eni), own);
  if (!flows) own.isIncomplete = true;
  const wanted = (accepted: boolean) =>
    log.trafficType === "ALL" || (log.trafficType === "ACCEPT") === accepted;
  addFlows(
    own.flows,
    (flows ?? []).filter(({ accepted }) => wanted(accepted)),
  );
}

async function publish(
  env: Environment,
  scope: Scope,
  log: FlowLogRecord,
  all: readonly NetworkInterfaceRecord[],
  { sums, pending, endMs }: Round,
): Promise<void> {
  const intervalMs = log.maxAggregationSeconds * 1000;
  const isDue = endMs % intervalMs === 0;
  const lines = new Map<string, string[]>();
  if (isDue)
    for (const eni of all) {
      const own = sums.get(keyOf(log, eni));
      if (!own) continue;
      sums.delete(keyOf(log, eni));
      const startMs = Math.max(endMs - intervalMs, log.createdMs);
      lines.set(eni.networkInterfaceId, linesOf(scope, log, eni, own, { startMs, endMs }));
    }
  try {
    if (log.destination.type === "cloud-watch-logs") {
      if (lines.size > 0) await deliverToGroup(env, scope, log, lines, endMs);
    } else {
      const waiting = [...(pending.get(log.flowLogId) ?? []), ...[...lines.values()].flat()];
      pending.set(log.flowLogId, waiting);
      if (endMs % filePeriodMs !== 0 || waiting.length === 0) return;
      pending.delete(log.flowLogId);
      await deliverToS3(env, scope, log, waiting, endMs);
    }
    await noteDelivery(env, scope, log, undefined);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    env.log.warn("a flow log was not delivered", { flowLog: log.flowLogId, error });
    await noteDelivery(env, scope, log, error.message);
  }
}

function linesOf(
  scope: Scope,
  log: FlowLogRecord,
  eni: NetworkInterfaceRecord,
  { flows, isIncomplete }: Sums,
  { startMs, endMs }: { startMs: number; endMs: number },
): string[] {
  const names = fieldsOf(log.format)!;
  const place: FlowPlace = {
    account: scope.account,
    region: scope.region,
    interfaceId: eni.networkInterfaceId,
    vpcId: eni.vpcId,
    subnetId: eni.subnetId,
    instanceId: eni.attachment?.instanceId ?? "-",
    zoneId: zoneNamed(scope.region, eni.zoneName)?.zoneId ?? "-",
    privateIp: eni.privateIps[0]!.address,
    startSeconds: Math.floor(startMs / 1000),
    endSeconds: Math.floor(endMs / 1000),
  };
  const lines = [...flows.values()].map((flow) => flowLine(names, place, flow, "OK"));
  const otherwise: LogStatus | undefined = isIncomplete
    ? "SKIPDATA"
    : lines.length === 0
      ? "NODATA"
      : undefined;
  return otherwise ? [...lines, flowLine(names, place, undefined, otherwise)] : lines;
}

async function noteDelivery(
  env: Environment,
  scope: Scope,
  log: FlowLogRecord,
  failure: string | undefined,
): Promise<void> {
  await env.store.transaction(async (tx) => {
    const now = await flowLogs.get(tx, scope, log.flowLogId);
    if (!now || now.deliveryError === failure) return;
    const { deliveryError: _old, ...rest } = now;
    const next = failure === undefined ? rest : { ...rest, deliveryError: failure };
    flowLogs.put(tx, scope, [log.flowLogId], next);
  });
}
