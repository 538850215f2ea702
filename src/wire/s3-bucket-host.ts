/** Finds the bucket in a host name: `orders.s3.us-east-1.localhost` means the bucket `orders`. */

/** Names under which this machine is reached; a label before them is a bucket. */
const bases = ["localhost.localstack.cloud", "localhost.fogbank.dev", "localhost", "amazonaws.com"];

/** "s3", "s3-us-west-2", "s3express-use1-az4" … */
const s3Label = /^s3(?:$|-)/;

/** Undefined for path-style requests. https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html */
export function bucketOfHost(host: string | undefined): string | undefined {
  if (host === undefined) return undefined;
  const name = host.toLowerCase().replace(/:\d+$/, "");
  const base = bases.find((candidate) => name.endsWith(`.${candidate}`));
  if (base === undefined) return undefined;
  const labels = name.slice(0, -base.length - 1).split(".");
  const service = labels.findLastIndex((label) => s3Label.test(label));
  if (service > 0) return labels.slice(0, service).join(".");
  // The JavaScript SDK puts the bucket before whatever endpoint it is given.
  if (service < 0 && base !== "amazonaws.com") return labels.join(".");
  return undefined;
}
