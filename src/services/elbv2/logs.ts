/**
 * Logs on their way to S3: a file per node and five minutes, where the bucket's policy lets the load
 * balancers write. Lines wait in the store, so that they outlive the process.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-connection-logs.html
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-health-check-logs.html
 */
import { gzipSync } from "node:zlib";
import { AwsError } from "#model/error.ts";
import { isoSeconds } from "#runtime/date.ts";
import { logFolder, mayWriteLog, putLog } from "#services/kit/load-balancing/log-bucket.ts";
import { deliverLines } from "#services/kit/load-balancing/waiting-lines.ts";
import { startSampler, startSpooler } from "#services/kit/period-sampler.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { FlowRecord } from "#traffic/network/config.ts";
import { fullName } from "./arns.ts";
import { attributeOf, loadBalancerAttributes } from "./attributes.ts";
import { accessDeniedForBucket } from "./errors.ts";
import { isNetwork } from "./kinds.ts";
import { accessLogLine } from "./network-load-balancers/access-log.ts";
import {
  logLines,
  type LoadBalancerRecord,
  type LogLinesRecord,
  type LogPlace,
} from "./records.ts";
import type { ServedBalancer, State } from "./state.ts";

const periodMs = 300_000;
/** Lines that the data plane holds are lost when it dies; so often they are brought to the store. */
const spoolMs = 5000;

/** Attributes begin with `attributes`, and files of the bucket with `file`. */
const kinds = {
  access: { attributes: "access_logs", file: "", testFile: "ELBAccessLogTestFile" },
  connection: {
    attributes: "connection_logs",
    file: "conn_log_",
    testFile: "ELBConnectionLogTestFile",
  },
  "health-check": {
    attributes: "health_check_logs",
    file: "health_check_log_",
    testFile: "ELBHealthCheckLogTestFile",
  },
};
export type LogKind = keyof typeof kinds;

type Attributes = Readonly<Record<string, string>>;
type Env = Pick<Environment, "clients">;

const attribute = (stored: Attributes, kind: LogKind, name: string) =>
  attributeOf(loadBalancerAttributes, stored, `${kinds[kind].attributes}.s3.${name}`);

export const logsTo = (stored: Attributes, kind: LogKind) =>
  attribute(stored, kind, "enabled") === "true";

export type LogPlaces = Partial<Record<LogKind, LogPlace>>;

/** Where the logs go that it keeps. */
export function logPlaces(balancer: LoadBalancerRecord): LogPlaces {
  const { attributes, loopbackHost } = balancer;
  const placeOf = (kind: LogKind): LogPlace => ({
    bucket: attribute(attributes, kind, "bucket"),
    prefix: attribute(attributes, kind, "prefix"),
    ...(!isNetwork(balancer) && { node: loopbackHost }),
  });
  const kept = (Object.keys(kinds) as LogKind[]).filter((kind) => logsTo(attributes, kind));
  return Object.fromEntries(kept.map((kind) => [kind, placeOf(kind)]));
}

/** Writes AWS's test file for each log that is changed; throws AWS's error where the bucket does not take it. */
export async function checkBuckets(
  env: Env,
  scope: Scope,
  arn: string,
  stored: Attributes,
  changed: readonly string[],
) {
  for (const kind of Object.keys(kinds) as LogKind[]) {
    const { attributes, testFile } = kinds[kind];
    if (!logsTo(stored, kind)) continue;
    if (!changed.some((key) => key.startsWith(`${attributes}.`))) continue;
    const bucket = attribute(stored, kind, "bucket");
    const key = `${logFolder(scope, attribute(stored, kind, "prefix"))}${testFile}`;
    const allowed = await mayWriteLog(env, scope, arn, bucket, key);
    if (!allowed) throw accessDeniedForBucket(bucket);
    await putLog(env, scope, arn, bucket, key, Buffer.from(`Enable logging for ELB: ${arn}\n`));
  }
}

export function startLogs(env: Environment, state: State): void {
  state.logSamplers.push(
    startSpooler(env, { everyMs: spoolMs, what: "logs" }, () => spoolLogs(env, state)),
    startSampler(env, { periodMs, what: "logs" }, async (startMs) => {
      await spoolLogs(env, state);
      await deliver(env, startMs + periodMs);
    }),
  );
}

/** The data plane serves it, and from now on its lines go there; those that it has written go where they went. */
export async function keepLogs(
  env: Environment,
  state: State,
  arn: string,
  served: ServedBalancer,
): Promise<void> {
  const before = state.served.get(arn);
  if (before && JSON.stringify(before.logs) !== JSON.stringify(served.logs))
    await spoolLogs(env, state);
  state.served.set(arn, served);
}

/** Has the data plane serve it no more, and brings its last lines to the store. */
export async function removeServed(env: Environment, state: State, arn: string): Promise<void> {
  const plane = state.presentPlane;
  const last = arn.includes(":loadbalancer/net/")
    ? flowLines(arn, (await plane?.removeNetwork(arn)) ?? [])
    : ((await plane?.remove(arn)) ?? []);
  await keep(env, placed(state, [...last, ...state.healthLines.splice(0)]));
}

/** Brings the lines that are in memory to the store. */
export async function spoolLogs(env: Environment, state: State): Promise<void> {
  if ([...state.served.values()].every(({ logs }) => Object.keys(logs).length === 0)) return;
  const flows = placed(
    state,
    ((await state.presentPlane?.flowRecords()) ?? []).flatMap(({ arn, records }) =>
      flowLines(arn, records),
    ),
  );
  const taken = placed(state, (await state.presentPlane?.accessLogs()) ?? []);
  await keep(env, [...flows, ...taken, ...placed(state, state.healthLines.splice(0))]);
}

interface Taken {
  arn: string;
  kind: LogKind;
  zone: string;
  lines: string[];
}

function flowLines(arn: string, records: readonly FlowRecord[]): Taken[] {
  const lines = records.map((record) => accessLogLine(arn, record));
  return [{ arn, kind: "access", zone: "", lines }];
}

type Placed = Taken & { served: ServedBalancer; place: LogPlace };

/** To be asked as soon as they are taken: their load balancer may be served no more a turn later. */
function placed({ served: all }: State, taken: readonly Taken[]): Placed[] {
  return taken.flatMap((one) => {
    const served = all.get(one.arn);
    const place = served?.logs[one.kind];
    return served && place && one.lines.length > 0 ? [{ ...one, served, place }] : [];
  });
}

async function keep(env: Environment, lines: readonly Placed[]): Promise<void> {
  if (lines.length === 0) return;
  await env.store.transaction((tx) => {
    for (const { arn, kind, zone, lines: own, served, place } of lines) {
      const id = [served.name, kind, zone, env.clock.now(), env.random.hex(8)];
      logLines.put(tx, served.scope, id, { arn, place, lines: own });
    }
  });
}

function deliver(env: Environment, endMs: number): Promise<void> {
  const ownerOf = ({ arn, place }: LogLinesRecord) => JSON.stringify([arn, place]);
  return deliverLines(env, logLines, ownerOf, async ({ scope, id, record, lines }) => {
    const { arn, place } = record;
    const key = place && keyOf(env, scope, arn, place, { kind: id[1] as LogKind, endMs });
    if (key !== undefined) await deliverFile(env, scope, arn, place!.bucket, key, lines);
  });
}

async function deliverFile(
  env: Environment,
  scope: Scope,
  arn: string,
  bucket: string,
  key: string,
  lines: readonly string[],
): Promise<void> {
  try {
    if (!(await mayWriteLog(env, scope, arn, bucket, key))) throw accessDeniedForBucket(bucket);
    await putLog(env, scope, arn, bucket, key, gzipSync(`${lines.join("\n")}\n`));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    env.log.warn("a log was not delivered", { loadBalancer: arn, bucket, error });
  }
}

function keyOf(
  { random }: Environment,
  scope: Scope,
  arn: string,
  { prefix, node }: LogPlace,
  { kind, endMs }: { kind: LogKind; endMs: number },
): string {
  const { account, region } = scope;
  const end = isoSeconds(endMs);
  const [year, month, day] = end.slice(0, 10).split("-");
  const time = end.replaceAll(/[-:]/g, "").replace(/\d\dZ$/, "Z");
  const id = fullName(arn).replaceAll("/", ".");
  const at = node === undefined ? "" : `${node}_`;
  const file = `${kinds[kind].file}${account}_elasticloadbalancing_${region}_${id}_${time}_${at}${random.string(8, "abcdefghijklmnopqrstuvwxyz0123456789")}.log.gz`;
  return `${logFolder(scope, prefix)}elasticloadbalancing/${region}/${year}/${month}/${day}/${file}`;
}
