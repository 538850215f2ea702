/** Names of AWS's own things, as aliases write them. */

/** "dualstack.web-1.…" is how the console writes a balancer's name. */
export function withoutDualstack(name: string): string {
  return name.replace(/^dualstack\./, "");
}

const website = /(^|\.)s3-website[.-][a-z0-9-]+\.amazonaws\.com\.?$/;

/** Websites of S3, which are reached at the gateway. */
export function isWebsite(name: string): boolean {
  return website.test(name);
}
