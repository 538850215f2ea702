/**
 * Access logs on their way to S3: a file per node and five minutes, where the bucket's policy lets
 * the load balancers write.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
import { gzipSync } from "node:zlib";
import { AwsError } from "#model/error.ts";
import { isoSeconds } from "#runtime/date.ts";
import { logFolder, mayWriteLog, putLog } from "#services/kit/load-balancing/log-bucket.ts";
import { startSampler } from "#services/kit/period-sampler.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { fullName } from "./arns.ts";
import { attributeOf, loadBalancerAttributes } from "./attributes.ts";
import { accessDeniedForBucket } from "./errors.ts";
import { isNetwork } from "./kinds.ts";
import { accessLogLine } from "./network-load-balancers/access-log.ts";
import { loadBalancers, type LoadBalancerRecord } from "./records.ts";
import type { State } from "./state.ts";

const periodMs = 300_000;

type Attributes = Readonly<Record<string, string>>;
type Env = Pick<Environment, "clients">;

const attribute = (stored: Attributes, name: string) =>
  attributeOf(loadBalancerAttributes, stored, `access_logs.s3.${name}`);

export const logsAccess = (stored: Attributes) => attribute(stored, "enabled") === "true";

const folderOf = (scope: Scope, stored: Attributes) =>
  logFolder(scope, attribute(stored, "prefix"));

/** Writes AWS's test file; throws AWS's error where the bucket does not take it. */
export async function checkBucket(env: Env, scope: Scope, arn: string, stored: Attributes) {
  const bucket = attribute(stored, "bucket");
  const key = `${folderOf(scope, stored)}ELBAccessLogTestFile`;
  const allowed = await mayWriteLog(env, scope, arn, bucket, key);
  if (!allowed) throw accessDeniedForBucket(bucket);
  await putLog(env, scope, arn, bucket, key, Buffer.from(`Enable AccessLog for ELB: ${arn}\n`));
}

export function startAccessLogs(env: Environment, state: State): void {
  state.logSampler = startSampler(env, { periodMs, what: "access logs" }, (periodStartMs) =>
    deliver(env, state, periodStartMs + periodMs),
  );
}

async function deliver(env: Environment, state: State, endMs: number): Promise<void> {
  const logs: { arn: string; lines: string[] }[] = (await state.presentPlane?.accessLogs()) ?? [];
  for (const { arn, records } of (await state.presentPlane?.flowRecords()) ?? [])
    logs.push({ arn, lines: records.map((record) => accessLogLine(arn, record)) });
  for (const { arn, lines } of logs) {
    const served = state.served.get(arn);
    if (!served || lines.length === 0) continue;
    const { scope, name } = served;
    const balancer = await env.store.transaction((tx) => loadBalancers.get(tx, scope, name));
    if (balancer?.arn !== arn || !logsAccess(balancer.attributes)) continue;
    const key = keyOf(env, scope, balancer, endMs);
    const bucket = attribute(balancer.attributes, "bucket");
    try {
      if (!(await mayWriteLog(env, scope, arn, bucket, key))) throw accessDeniedForBucket(bucket);
      await putLog(env, scope, arn, bucket, key, gzipSync(`${lines.join("\n")}\n`));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      env.log.warn("an access log was not delivered", { loadBalancer: arn, bucket, error });
    }
  }
}

function keyOf(
  { random }: Environment,
  scope: Scope,
  balancer: LoadBalancerRecord,
  endMs: number,
): string {
  const { arn, attributes, loopbackHost } = balancer;
  const { account, region } = scope;
  const end = isoSeconds(endMs);
  const [year, month, day] = end.slice(0, 10).split("-");
  const time = end.replaceAll(/[-:]/g, "").replace(/\d\dZ$/, "Z");
  const id = fullName(arn).replaceAll("/", ".");
  const node = isNetwork(balancer) ? "" : `${loopbackHost}_`;
  const file = `${account}_elasticloadbalancing_${region}_${id}_${time}_${node}${random.string(8, "abcdefghijklmnopqrstuvwxyz0123456789")}.log.gz`;
  return `${folderOf(scope, attributes)}elasticloadbalancing/${region}/${year}/${month}/${day}/${file}`;
}
