/**
 * Where health checks come from. AWS's checkers have ranges of their own; the one checker here is this
 * machine's, and that is what a firewall must let in.
 */
export const checkerIpRanges: readonly string[] = ["127.0.0.0/8"];
