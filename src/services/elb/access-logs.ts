/**
 * Access logs on their way to S3: a file per node and interval, where the bucket's policy lets the
 * load balancers write. https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html
 */
import { AwsError } from "#model/error.ts";
import { isoSeconds } from "#runtime/date.ts";
import { formatArn } from "#services/kit/arn.ts";
import { logFolder, mayWriteLog, putLog } from "#services/kit/load-balancing/log-bucket.ts";
import { startSampler } from "#services/kit/period-sampler.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { accessDeniedForBucket } from "./errors.ts";
import { loadBalancers, type AttributesRecord, type LoadBalancerRecord } from "./records.ts";
import type { State } from "./state.ts";

const minuteMs = 60_000;
/** The shortest interval; the longer one is a multiple of it. */
const periodMs = 5 * minuteMs;

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
  /** Lines of load balancers that publish every hour, by id and zone. */
  const kept = new Map<string, string[]>();
  state.samplers.push(
    startSampler(env, { periodMs, what: "access logs" }, (periodStartMs) =>
      deliver(env, state, kept, periodStartMs + periodMs),
    ),
  );
}

async function deliver(
  env: Environment,
  state: State,
  kept: Map<string, string[]>,
  endMs: number,
): Promise<void> {
  for (const { id, zone, lines } of (await state.presentPlane?.classicLogs()) ?? [])
    kept.set(`${id} ${zone}`, [...(kept.get(`${id} ${zone}`) ?? []), ...lines]);
  for (const [key, lines] of kept) {
    const served = state.served.get(key.slice(0, key.indexOf(" ")));
    const balancer =
      served &&
      (await env.store.transaction((tx) => loadBalancers.get(tx, served.scope, served.name)));
    const destination = balancer?.attributes.accessLog;
    if (served && destination && endMs % (destination.intervalMinutes * minuteMs) !== 0) continue;
    kept.delete(key);
    if (served && destination) await write(env, served.scope, balancer, destination, lines, endMs);
  }
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
