/**
 * What is under way at a target. A list whose members know their place, because a Set that lives long
 * and changes with every request leaves the garbage collector chains of old tables that keep finished
 * requests alive: it was a fifth of the proxy's time.
 */

/** Something under way at a target that can be broken off; it is in one list at a time. */
export interface UnderWay {
  /** Its index in the list that it is in; -1 in none. */
  place: number;
  breakOff(): void;
}

export class UnderWayList {
  readonly #members: UnderWay[] = [];

  get size(): number {
    return this.#members.length;
  }

  add(member: UnderWay): void {
    member.place = this.#members.push(member) - 1;
  }

  /** A member that has left already stays away. */
  delete(member: UnderWay): void {
    const { place } = member;
    if (place < 0) return;
    member.place = -1;
    const last = this.#members.pop()!;
    if (last === member) return;
    this.#members[place] = last;
    last.place = place;
  }

  breakOffAll(): void {
    for (const member of this.#members.slice()) member.breakOff();
  }
}
