/**
 * Buckets that take load balancers' access logs, where their policies say so.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
import { AwsError } from "#model/error.ts";
import { WholeBody } from "#http/http.ts";
import type { Scope } from "#store/collection.ts";
import { formatArn } from "../arn.ts";
import { parsePolicy } from "../policy/document.ts";
import { evaluate } from "../policy/evaluate.ts";
import { asService, rootPrincipal } from "../principal.ts";
import type { Environment } from "../service.ts";

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

type Env = Pick<Environment, "clients">;

/** "PREFIX/AWSLogs/123456789012/" */
export function logFolder({ account }: Scope, prefix: string): string {
  return `${prefix === "" ? "" : `${prefix}/`}AWSLogs/${account}/`;
}

/** Whether the bucket's policy lets the log of the load balancer with this ARN be written. */
export async function mayWriteLog(
  env: Env,
  scope: Scope,
  arn: string,
  bucket: string,
  key: string,
): Promise<boolean> {
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

export async function putLog(
  env: Env,
  scope: Scope,
  arn: string,
  bucket: string,
  key: string,
  body: Buffer,
): Promise<void> {
  const { service } = delivererFor(scope, arn);
  await env.clients.s3(asService(scope, service, arn)).PutObject({
    Bucket: bucket,
    Key: key,
    Body: new WholeBody(body) as never,
    ContentLength: body.length,
  });
}
