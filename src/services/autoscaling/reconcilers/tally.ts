/** A group's members in numbers, kept up to date one member at a time. Pure. */
import { unitsOf } from "../planning/allocation.ts";
import { isWarm } from "../groups/capacity.ts";
import type { MemberRecord } from "../records.ts";
import { phaseOf } from "./plan-input.ts";

export class Tally {
  /** Members in whatever state. */
  total = 0;
  /** Members in the warm pool, or on their way to their end from there. */
  warm = 0;
  /** Units that count for the desired capacity. */
  capacity = 0;
  /** Of those members, the ones that are not in service yet. */
  starting = 0;
  /** Members that are to be replaced. */
  unhealthy = 0;
  /** Units that count, by zone. */
  readonly zones = new Map<string, number>();

  copy(): Tally {
    const copy = new Tally();
    copy.total = this.total;
    copy.warm = this.warm;
    copy.capacity = this.capacity;
    copy.starting = this.starting;
    copy.unhealthy = this.unhealthy;
    for (const [zone, units] of this.zones) copy.zones.set(zone, units);
    return copy;
  }

  add(member: MemberRecord): void {
    this.#count(member, 1);
  }

  remove(member: MemberRecord): void {
    this.#count(member, -1);
  }

  #count(member: MemberRecord, sign: 1 | -1): void {
    this.total += sign;
    if (isWarm(member)) this.warm += sign;
    const phase = phaseOf(member);
    if (phase === "terminating" || phase === "standby" || isWarm(member)) return;
    const units = unitsOf(member) * sign;
    this.capacity += units;
    this.zones.set(member.zone, (this.zones.get(member.zone) ?? 0) + units);
    if (phase !== "in-service") this.starting += sign;
    if (member.health !== "Healthy") this.unhealthy += sign;
  }
}
