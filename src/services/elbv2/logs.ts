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
import { fullName } from "./arns.ts";
import { attributeOf, loadBalancerAttributes } from "./attributes.ts";
import { accessDeniedForBucket } from "./errors.ts";
import { isNetwork } from "./kinds.ts";
import { accessLogLine } from "./network-load-balancers/access-log.ts";
import {
  loadBalancers,
  logLines,
  type LoadBalancerRecord,
  type LogLinesRecord,
} from "./records.ts";
import type { State } from "./state.ts";

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

export const logsAnything = (stored: Attributes) =>
  (Object.keys(kinds) as LogKind[]).some((kind) => logsTo(stored, kind));

const folderOf = (scope: Scope, stored: Attributes, kind: LogKind) =>
  logFolder(scope, attribute(stored, kind, "prefix"));

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
    const key = `${folderOf(scope, stored, kind)}${testFile}`;
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

/** Brings the lines that are in memory to the store. */
export async function spoolLogs(env: Environment, state: State): Promise<void> {
  if (![...state.served.values()].some(({ logs }) => logs)) return;
  const flows = (await state.presentPlane?.flowRecords()) ?? [];
  const taken = [
    ...((await state.presentPlane?.accessLogs()) ?? []),
    ...state.healthLines.splice(0),
    ...flows.map(({ arn, records }) => ({
      arn,
      kind: "access" as const,
      zone: "",
      lines: records.map((record) => accessLogLine(arn, record)),
    })),
  ];
  if (taken.length === 0) return;
  await env.store.transaction(async (tx) => {
    for (const { arn, kind, zone, lines } of taken) {
      const served = state.served.get(arn);
      if (!served || lines.length === 0) continue;
      const { scope, name } = served;
      const id = [name, kind, zone, env.clock.now(), env.random.hex(8)];
      logLines.put(tx, scope, id, { arn, lines });
    }
  });
}

function deliver(env: Environment, endMs: number): Promise<void> {
  const ownerOf = ({ arn }: LogLinesRecord) => arn;
  return deliverLines(env, logLines, ownerOf, async ({ scope, id, record, lines }) => {
    const [name, kind] = id as [string, LogKind];
    const balancer = await env.store.transaction((tx) => loadBalancers.get(tx, scope, name));
    if (balancer?.arn === record.arn && logsTo(balancer.attributes, kind))
      await deliverFile(env, scope, balancer, kind, lines, endMs);
  });
}

async function deliverFile(
  env: Environment,
  scope: Scope,
  balancer: LoadBalancerRecord,
  kind: LogKind,
  lines: readonly string[],
  endMs: number,
): Promise<void> {
  const { arn, attributes } = balancer;
  const key = keyOf(env, scope, balancer, kind, endMs);
  const bucket = attribute(attributes, kind, "bucket");
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
  balancer: LoadBalancerRecord,
  kind: LogKind,
  endMs: number,
): string {
  const { arn, attributes, loopbackHost } = balancer;
  const { account, region } = scope;
  const end = isoSeconds(endMs);
  const [year, month, day] = end.slice(0, 10).split("-");
  const time = end.replaceAll(/[-:]/g, "").replace(/\d\dZ$/, "Z");
  const id = fullName(arn).replaceAll("/", ".");
  const node = isNetwork(balancer) ? "" : `${loopbackHost}_`;
  const file = `${kinds[kind].file}${account}_elasticloadbalancing_${region}_${id}_${time}_${node}${random.string(8, "abcdefghijklmnopqrstuvwxyz0123456789")}.log.gz`;
  return `${folderOf(scope, attributes, kind)}elasticloadbalancing/${region}/${year}/${month}/${day}/${file}`;
}
