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
import { listScopes, type Scope } from "#store/collection.ts";
import type { ClassicLog } from "#traffic/classic/config.ts";
import { accessDeniedForBucket } from "./errors.ts";
import {
  logLines,
  type AttributesRecord,
  type LoadBalancerRecord,
  type LogLinesRecord,
  type LogPlace,
} from "./records.ts";
import type { Served, State } from "./state.ts";

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

/** Once more it does nothing. */
export function startAccessLogs(env: Environment, state: State): void {
  if (state.deliversLogs) return;
  state.deliversLogs = true;
  state.samplers.push(
    startSpooler(env, { everyMs: spoolMs, what: "access logs" }, () => spoolLogs(env, state)),
    startSampler(env, { periodMs: shortestIntervalMs, what: "access logs" }, async (startMs) => {
      await spoolLogs(env, state);
      await deliver(env, startMs + shortestIntervalMs);
    }),
  );
}

/** Lines may be left of load balancers that are gone. */
export async function startLeftLogs(env: Environment, state: State): Promise<void> {
  const isLeft = await env.store.transaction(async (tx) => {
    for (const scope of await listScopes(tx))
      if ((await logLines.entries(tx, scope)).length > 0) return true;
    return false;
  });
  if (isLeft) startAccessLogs(env, state);
}

/** Where its access log goes, if it keeps one. */
export function logPlace({ attributes, loopbackHost }: LoadBalancerRecord): LogPlace | undefined {
  if (!attributes.accessLog) return undefined;
  return { prefix: "", ...attributes.accessLog, node: loopbackHost };
}

/** The data plane serves it, and from now on its lines go there; those that it has written go where they went. */
export async function keepLog(
  env: Environment,
  state: State,
  id: string,
  served: Served,
): Promise<void> {
  const before = state.served.get(id);
  if (before && JSON.stringify(before.log) !== JSON.stringify(served.log))
    await spoolLogs(env, state);
  state.served.set(id, served);
}

/** Has the data plane serve it no more, and brings its last lines to the store. */
export async function removeServed(env: Environment, state: State, id: string): Promise<void> {
  await keep(env, state, (await state.presentPlane?.removeClassic(id)) ?? []);
}

/** Brings the lines that are in memory to the store. */
export async function spoolLogs(env: Environment, state: State): Promise<void> {
  if ([...state.served.values()].every(({ log }) => !log)) return;
  await keep(env, state, (await state.presentPlane?.classicLogs()) ?? []);
}

async function keep(env: Environment, state: State, taken: readonly ClassicLog[]): Promise<void> {
  // A turn later their load balancer may be served no more.
  const placed = taken.flatMap(({ id, zone, lines }) => {
    const { log: place, scope, name } = state.served.get(id) ?? {};
    return place && lines.length > 0
      ? [{ id, zone, lines, place, scope: scope!, name: name! }]
      : [];
  });
  if (placed.length === 0) return;
  await env.store.transaction((tx) => {
    for (const { id, zone, lines, place, scope, name } of placed) {
      const key = [name, zone, env.clock.now(), env.random.hex(8)];
      logLines.put(tx, scope, key, { balancerId: id, place, lines });
    }
  });
}

function deliver(env: Environment, endMs: number): Promise<void> {
  const ownerOf = ({ balancerId, place }: LogLinesRecord) => JSON.stringify([balancerId, place]);
  return deliverLines(env, logLines, ownerOf, async ({ scope, id, record, lines }) => {
    const { place } = record;
    if (!place) return undefined;
    if (endMs % (place.intervalMinutes * minuteMs) !== 0) return "later";
    return write(env, scope, String(id[0]), place, lines, endMs);
  });
}

async function write(
  env: Environment,
  scope: Scope,
  name: string,
  place: LogPlace,
  lines: readonly string[],
  endMs: number,
): Promise<void> {
  const { bucket } = place;
  const arn = arnOf(scope, name);
  const key = keyOf(env, scope, name, place, endMs);
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
  name: string,
  { prefix, node }: LogPlace,
  endMs: number,
): string {
  const { account, region } = scope;
  const end = isoSeconds(endMs);
  const day = end.slice(0, 10).replaceAll("-", "/");
  const time = end.replaceAll(/[-:]/g, "").replace(/\d\dZ$/, "Z");
  const chance = random.string(8, "abcdefghijklmnopqrstuvwxyz0123456789");
  const file = `${account}_elasticloadbalancing_${region}_${name}_${time}_${node}_${chance}.log`;
  return `${logFolder(scope, prefix)}elasticloadbalancing/${region}/${day}/${file}`;
}
