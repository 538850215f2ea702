/** Names of AWS's own things, as aliases write them. */

/** "dualstack.web-1.…" is how the console writes a balancer's name. */
export function withoutDualstack(name: string): string {
  return name.replace(/^dualstack\./, "");
}

/** "5.0.0.10.in-addr.arpa." → "10.0.0.5"; undefined for other names. */
export function reversedAddress(name: string): string | undefined {
  const digits = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa\.$/.exec(name);
  return digits ? digits.slice(1, 5).toReversed().join(".") : undefined;
}

const balancers = /(?:^|\.)([a-z]{2}(?:-[a-z]+)+-\d\.elb\.localhost\.)$/;

/** "web-1.us-east-1.elb.localhost." → "us-east-1.elb.localhost."; undefined for names that no load balancer has. */
export function balancersDomain(name: string): string | undefined {
  return balancers.exec(name)?.[1];
}

const website = /(^|\.)s3-website[.-][a-z0-9-]+\.amazonaws\.com\.?$/;

/** Websites of S3, which are reached at the gateway. */
export function isWebsite(name: string): boolean {
  return website.test(name);
}
