/**
 * The zone whose node a connection comes to, where one address serves for the nodes of all: as if the
 * client had asked the DNS and got one of them. Mixed, for clients draw their ports from a part of all:
 * Linux connects from even ones.
 */
export function nodeOf(zones: readonly string[], remotePort: number): string {
  return zones[spread(remotePort, zones.length)] ?? "";
}

/** A number below `count` that is the same for a port, and for other ports as often another. */
export function spread(remotePort: number, count: number): number {
  return (Math.imul(remotePort, 0x9e3779b1) >>> 8) % count;
}
