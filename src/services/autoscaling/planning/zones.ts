/** Balance over Availability Zones. https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-availability-zone-balanced.html */

/** Spreads launches: each goes to the zone that has fewest. Gives the zone of each. */
export function spreadLaunches(
  zones: readonly string[],
  present: ReadonlyMap<string, number>,
  count: number,
): string[] {
  const crowd = new Map(zones.map((zone) => [zone, present.get(zone) ?? 0]));
  const chosen: string[] = [];
  for (let launch = 0; launch < count; launch++) {
    let best = zones[0]!;
    for (const zone of zones) if (crowd.get(zone)! < crowd.get(best)!) best = zone;
    crowd.set(best, crowd.get(best)! + 1);
    chosen.push(best);
  }
  return chosen;
}

/** How many instances could move to make zones even, and from where to where. */
export function imbalance(
  zones: readonly string[],
  present: ReadonlyMap<string, number>,
): { count: number; into: string[]; from: string[] } {
  const counts = zones.map((zone) => present.get(zone) ?? 0);
  const elsewhere = [...present].filter(([zone, count]) => count > 0 && !zones.includes(zone));
  const total = counts.reduce((sum, one) => sum + one, 0);
  const moving = elsewhere.reduce((sum, [, count]) => sum + count, 0);
  const low = Math.floor((total + moving) / zones.length);
  const spare = (total + moving) % zones.length;
  // The fullest zones may keep one more.
  const order = zones.map((zone, index) => ({ zone, count: counts[index]! }));
  order.sort((a, b) => b.count - a.count);
  const into: string[] = [];
  const from = elsewhere.map(([zone]) => zone);
  let count = moving;
  for (const [rank, { zone, count: held }] of order.entries()) {
    const share = low + (rank < spare ? 1 : 0);
    if (held > share) {
      count += held - share;
      from.push(zone);
    } else if (held < share) into.push(zone);
  }
  return { count, into, from };
}
