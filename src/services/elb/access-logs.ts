/**
 * Access logs on their way to S3: a file per node and interval, where the bucket's policy lets the
 * load balancers write. Lines wait in the store, so that they outlive the process.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html
 */
import { AwsError } from "#model/error.ts";
import { isoSeconds } from "#runtime/date.ts";
import { formatArn } from "#services/kit/arn.ts";
import { logFolder, mayWriteLog, putLog } from "#services/kit/load-balancing/log-bucket.ts";
import { deliverLines } from "#services/kit/load-balancing/waiting-lines.ts";
import { startSampler, startSpooler } from "#services/kit/period-sampler.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { accessDeniedForBucket } from "./errors.ts";
import {
  loadBalancers,
  logLines,
  type AttributesRecord,
  type LoadBalancerRecord,
  type LogLinesRecord,
} from "./records.ts";
import type { State } from "./state.ts";

const minuteMs = 60_000;
/** The longer one is a multiple of it. */
const shortestIntervalMs = 5 * minuteMs;
/** Lines that the data plane holds are lost when it dies; so often they are brought to the store. */
const spoolMs = 5000;

type Destination = NonNullable<AttributesRecord["accessLog"]>;

const arnOf = (scope: Scope, name: string) =>
  formatArn("elasticloadbalancing", scope, `loadbalancer/${name}`);

/** Writes AWS's test file; throws AWS's error where the bucket does not take it. */
export async function checkBucket(
  env: Pick<Environment, "clients" | "clock">,
  scope: Scope,
  name: string,
  { bucket, prefix = "" }: Destination,
): Promise<void> {
  const arn = arnOf(scope, name);
  const key = `${logFolder(scope, prefix)}ELBAccessLogTestFile`;
  if (!(await mayWriteLog(env, scope, arn, bucket, key))) throw accessDeniedForBucket(bucket);
  const text = `Enable AccessLog for ELB: ${name} at ${isoSeconds(env.clock.now())}\n`;
  await putLog(env, scope, arn, bucket, key, Buffer.from(text));
}

export function startAccessLogs(env: Environment, state: State): void {
  state.samplers.push(
    startSpooler(env, { everyMs: spoolMs, what: "access logs" }, () => spoolLogs(env, state)),
    startSampler(env, { periodMs: shortestIntervalMs, what: "access logs" }, async (startMs) => {
      await spoolLogs(env, state);
      await deliver(env, startMs + shortestIntervalMs);
    }),
  );
}

/** Brings the lines that are in memory to the store. */
export async function spoolLogs(env: Environment, state: State): Promise<void> {
  if (state.served.size === 0) return;
  const logs = ((await state.presentPlane?.classicLogs()) ?? []).filter(
    ({ lines }) => lines.length > 0,
  );
  if (logs.length === 0) return;
  await env.store.transaction(async (tx) => {
    for (const { id, zone, lines } of logs) {
      const served = state.served.get(id);
      if (!served) continue;
      const key = [served.name, zone, env.clock.now(), env.random.hex(8)];
      logLines.put(tx, served.scope, key, { balancerId: id, lines });
    }
  });
}

function deliver(env: Environment, endMs: number): Promise<void> {
  const ownerOf = ({ balancerId }: LogLinesRecord) => balancerId;
  return deliverLines(env, logLines, ownerOf, async ({ scope, id, record, lines }) => {
    const balancer = await env.store.transaction((tx) =>
      loadBalancers.get(tx, scope, String(id[0])),
    );
    const destination =
      balancer?.id === record.balancerId ? balancer.attributes.accessLog : undefined;
    if (!balancer || !destination) return undefined;
    if (endMs % (destination.intervalMinutes * minuteMs) !== 0) return "later";
    return write(env, scope, balancer, destination, lines, endMs);
  });
}

async function write(
  env: Environment,
  scope: Scope,
  balancer: LoadBalancerRecord,
  destination: Destination,
  lines: readonly string[],
  endMs: number,
): Promise<void> {
  const { bucket } = destination;
  const arn = arnOf(scope, balancer.name);
  const key = keyOf(env, scope, balancer, destination, endMs);
  try {
    if (!(await mayWriteLog(env, scope, arn, bucket, key))) throw accessDeniedForBucket(bucket);
    await putLog(env, scope, arn, bucket, key, Buffer.from(`${lines.join("\n")}\n`));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    env.log.warn("an access log was not delivered", { loadBalancer: arn, bucket, error });
  }
}

function keyOf(
  { random }: Environment,
  scope: Scope,
  { name, loopbackHost }: LoadBalancerRecord,
  { prefix = "" }: Destination,
  endMs: number,
): string {
  const { account, region } = scope;
  const end = isoSeconds(endMs);
  const day = end.slice(0, 10).replaceAll("-", "/");
  const time = end.replaceAll(/[-:]/g, "").replace(/\d\dZ$/, "Z");
  const chance = random.string(8, "abcdefghijklmnopqrstuvwxyz0123456789");
  const file = `${account}_elasticloadbalancing_${region}_${name}_${time}_${loopbackHost}_${chance}.log`;
  return `${logFolder(scope, prefix)}elasticloadbalancing/${region}/${day}/${file}`;
}
