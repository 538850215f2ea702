import type { Ask } from "../planning/consent.ts";
import type { MemberRecord } from "../records.ts";
import type { GroupView } from "./view.ts";

/** What is to be asked of other services, all of it safe to ask twice. */
export interface Outcome {
  view: GroupView;
  launch: MemberRecord[];
  /** Launches that may have been asked for already. */
  launchAgain: MemberRecord[];
  register: MemberRecord[];
  deregister: { member: MemberRecord; arns: string[] }[];
  terminate: MemberRecord[];
  /** Instances of the warm pool that go into service, or come to rest. */
  start: MemberRecord[];
  stop: MemberRecord[];
  /** Instances that leave the group alive. */
  release: MemberRecord[];
  /** Alarms of policies that went with the group. */
  deleteAlarms: string[];
  /** What the group's termination policy, a function, is to be asked. */
  asks: Ask[];
  /** Members that have something ahead of them after the pass. */
  restless: MemberRecord[];
  wakeMs: number | undefined;
}
