/**
 * Access logs on their way to S3: a file per node and five minutes, where the bucket's policy lets
 * the load balancers write.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
import { gzipSync } from "node:zlib";
import { AwsError } from "#model/error.ts";
import { isoSeconds } from "#runtime/date.ts";
import { WholeBody } from "#http/http.ts";
import { formatArn } from "#services/kit/arn.ts";
import { startSampler } from "#services/kit/period-sampler.ts";
import { parsePolicy } from "#services/kit/policy/document.ts";
import { evaluate } from "#services/kit/policy/evaluate.ts";
import { asService, rootPrincipal } from "#services/kit/principal.ts";
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
/** Whom a bucket's policy must let in. */
function delivererFor({ account, region }: Scope, balancerArn: string) {
  if (!balancerArn.includes(":loadbalancer/net/"))
    return { service: "logdelivery.elasticloadbalancing.amazonaws.com", sourceArn: balancerArn };
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/network/enable-access-logs.html
  return {
    service: "delivery.logs.amazonaws.com",
    sourceArn: formatArn("logs", { region, account }, "*"),
  };
}

/** Elastic Load Balancing's own accounts, which policies name in regions that are older than 2022. */
const accounts: Record<string, string> = {
  "us-east-1": "127311923021",
  "us-east-2": "033677994240",
  "us-west-1": "027434742980",
  "us-west-2": "797873946194",
  "af-south-1": "098369216593",
  "ap-east-1": "754344448648",
  "ap-south-1": "718504428378",
  "ap-northeast-1": "582318560864",
  "ap-northeast-2": "600734575887",
  "ap-northeast-3": "383597477331",
  "ap-southeast-1": "114774131450",
  "ap-southeast-2": "783225319266",
  "ca-central-1": "985666609251",
  "eu-central-1": "054676820928",
  "eu-north-1": "897822967062",
  "eu-south-1": "635631232127",
  "eu-west-1": "156460612806",
  "eu-west-2": "652711504416",
  "eu-west-3": "009996457667",
  "me-south-1": "076674570225",
  "sa-east-1": "507241528517",
};

type Attributes = Readonly<Record<string, string>>;
type Env = Pick<Environment, "clients">;

const attribute = (stored: Attributes, name: string) =>
  attributeOf(loadBalancerAttributes, stored, `access_logs.s3.${name}`);

export const logsAccess = (stored: Attributes) => attribute(stored, "enabled") === "true";

function folderOf({ account }: Scope, stored: Attributes): string {
  const prefix = attribute(stored, "prefix");
  return `${prefix === "" ? "" : `${prefix}/`}AWSLogs/${account}/`;
}

/** Writes AWS's test file; throws AWS's error where the bucket does not take it. */
export async function checkBucket(env: Env, scope: Scope, arn: string, stored: Attributes) {
  const bucket = attribute(stored, "bucket");
  const key = `${folderOf(scope, stored)}ELBAccessLogTestFile`;
  const allowed = await mayWrite(env, scope, arn, bucket, key);
  if (!allowed) throw accessDeniedForBucket(bucket);
  await put(env, scope, arn, bucket, key, Buffer.from(`Enable AccessLog for ELB: ${arn}\n`));
}

async function mayWrite(env: Env, scope: Scope, arn: string, bucket: string, key: string) {
  const { account, region } = scope;
  const { service, sourceArn } = delivererFor(scope, arn);
  let text: string | undefined;
  try {
    text = (
      await env.clients.s3(asService(scope, service, arn)).GetBucketPolicy({ Bucket: bucket })
    ).Policy;
  } catch (error) {
    // No bucket, or none with a policy.
    if (error instanceof AwsError) return false;
    throw error;
  }
  const policy = parsePolicy(text ?? "");
  if (!policy) return false;
  const own = accounts[region];
  const principals = [
    asService(scope, service, arn).principal,
    ...(own === undefined ? [] : [rootPrincipal(own, region)]),
  ];
  const resource = `${formatArn("s3", { region: "", account: "" }, bucket)}/${key}`;
  const context = {
    "aws:sourcearn": [sourceArn],
    "aws:sourceaccount": [account],
    "s3:x-amz-acl": ["bucket-owner-full-control"],
  };
  const verdicts = principals.map((principal) =>
    evaluate(policy, { principal, action: "s3:PutObject", resource, context }),
  );
  return verdicts.includes("allow") && !verdicts.includes("deny");
}

async function put(env: Env, scope: Scope, arn: string, bucket: string, key: string, body: Buffer) {
  const { service } = delivererFor(scope, arn);
  await env.clients.s3(asService(scope, service, arn)).PutObject({
    Bucket: bucket,
    Key: key,
    Body: new WholeBody(body) as never,
    ContentLength: body.length,
  });
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
      if (!(await mayWrite(env, scope, arn, bucket, key))) throw accessDeniedForBucket(bucket);
      await put(env, scope, arn, bucket, key, gzipSync(`${lines.join("\n")}\n`));
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
