/**
 * Where health checks come from. AWS's checkers have ranges of their own; the one checker here is this
 * machine's, and that is what a firewall must let in.
 */
export const checkerIpRanges: readonly string[] = ["127.0.0.0/8"];

/** The one checker: this machine, in the region from which Route 53's API is served. */
export const checker = { Region: "us-east-1", IPAddress: "127.0.0.1" } as const;
