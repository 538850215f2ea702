/** What one look at a group's instances changes about each of them. */
import type { Transaction } from "#store/store.ts";
import { changeActivity, startActivity, type ActivityChange, type Writing } from "../activities.ts";
import { causes } from "../causes.ts";
import { isLeaving, isWarm, warmupOf } from "../groups/capacity.ts";
import { beginWaits, transitionOf, waitResult } from "../hooks.ts";
import { mostPerLaunch } from "../limits.ts";
import { nextStep, type MemberView } from "../planning/advance.ts";
import type { Decision } from "../planning/plan.ts";
import { detailsOf } from "../groups/describe-activity.ts";
import { launchChoice } from "../launch/choice.ts";
import { memberIndex, members, type LifecycleState, type MemberRecord } from "../records.ts";
import type { GroupView } from "./view.ts";
import { drainStep, holding } from "./draining.ts";
import { isRestless } from "./roster.ts";
import { subnetChooser } from "./subnet-chooser.ts";
import type { Tally } from "./tally.ts";
import { healthProblem } from "./health.ts";
import type { Observation } from "./observe.ts";
import type { Outcome } from "./outcome.ts";

/** Takes the members of one group through one pass. Everything happens within one transaction. */
export class MemberPass {
  cooldownFromMs: number | undefined;
  readonly #tx: Transaction;
  readonly #writing: Writing;
  readonly #view: GroupView;
  readonly #seen: Observation;
  readonly #outcome: Outcome;
  /** What this pass made of members; undefined of one that is gone. */
  readonly #changed = new Map<string, MemberRecord | undefined>();
  /** The group in numbers as it is by now; members that are only wished for are not in it yet. */
  readonly tally: Tally;
  #fresh: MemberRecord[] = [];
  #chooseSubnet: ((zone: string) => string | undefined) | undefined;

  constructor(
    tx: Transaction,
    writing: Writing,
    view: GroupView,
    seen: Observation,
    outcome: Outcome,
  ) {
    this.#tx = tx;
    this.#writing = writing;
    this.#view = view;
    this.#seen = seen;
    this.#outcome = outcome;
    this.tally = view.roster.tally.copy();
  }

  /** All members as they are now, by id. */
  members(): MemberRecord[] {
    const ids = new Set([...this.#view.roster.members.keys(), ...this.#changed.keys()]);
    return [...ids].sort().flatMap((id) => this.#find(id) ?? []);
  }

  /** Those of them that have something ahead of them. */
  restless(): MemberRecord[] {
    const ids = new Set([...this.#view.roster.restless, ...this.#changed.keys()]);
    return [...ids].flatMap((id) => {
      const member = this.#find(id);
      return member && isRestless(member, this.#view.group) ? [member] : [];
    });
  }

  /** Takes a member one step further. */
  async step(before: MemberRecord): Promise<void> {
    const { nowMs } = this.#writing;
    const { group } = this.#view;
    const seen = this.#withSeen(before);
    const member = seen === before ? before : this.#put(seen);
    if (["InService", "Warmed:Stopped", "Warmed:Running"].includes(member.state))
      this.#judge(member);
    const current = this.#current(member.id);
    if (isLeaving(current) && !this.#knowsTargets()) return;
    if (current.refusal !== undefined) return this.#failLaunch(current, current.refusal);
    switch (nextStep(this.#viewOf(current))) {
      case "none":
        return;
      case "launch":
        this.#outcome.launchAgain.push(current);
        return;
      case "wait-for-hook": {
        const waits = beginWaits(this.#tx, this.#writing, group, current, this.#hooksOf(current));
        const state = `${current.state}:Wait` as LifecycleState;
        this.#put({ ...current, state, waits });
        return this.#activity(current, { status: "MidLifecycleAction", progress: 60 });
      }
      case "register":
        if (current.state === "Pending:Wait") this.#put({ ...current, state: "Pending:Proceed" });
        this.#outcome.register.push(this.#current(member.id));
        return;
      case "enter-service":
        return this.#enterService(current);
      case "abandon":
        await this.#activity(current, {
          status: "Cancelled",
          statusMessage: `Instance failed to complete user's Lifecycle Action: Lifecycle Action with token ${current.waits?.[0]?.token} was abandoned: Lifecycle Action Completed with ABANDON Result`,
        });
        return this.#beginTermination(current, causes.abandoned(nowMs));
      case "fail":
        await this.#activity(current, {
          status: "Cancelled",
          statusMessage:
            "Instance became unhealthy while waiting for instance to be in InService state.",
        });
        return this.#beginTermination(current, causes.gone(nowMs));
      case "deregister":
        return this.#drain(current);
      case "terminate": {
        this.#outcome.terminate.push(current);
        const arns = holding(current, this.#seen.targets);
        if (arns.length > 0) this.#outcome.deregister.push({ member: current, arns });
        if (/Terminating:(Wait|Retained)$/.test(current.state))
          this.#put({
            ...current,
            state: current.state.replace(/:\w+$/, ":Proceed") as LifecycleState,
            registered: [],
          });
        return;
      }
      case "retain": {
        const state = current.state.replace(":Wait", ":Retained") as LifecycleState;
        const { waits: _, ...rest } = current;
        this.#put({ ...rest, state });
        return this.#activity(current, { status: "Cancelled" });
      }
      case "start":
        this.#outcome.start.push(current);
        return;
      case "stop":
        this.#outcome.stop.push(current);
        return;
      case "enter-pool":
        this.#put({ ...current, state: "Warmed:Pending:Proceed" });
        return;
      case "rest":
        return this.#rest(current);
      case "release":
        this.#outcome.release.push(current);
        return;
      case "remove":
        return this.#leave(current);
    }
  }

  async decide(decision: Decision): Promise<void> {
    if (decision.kind === "launch") return this.#wishFor(decision);
    const member = this.#current(decision.memberId);
    if (decision.kind === "start") return this.#leavePool(member, decision.cause);
    if (decision.kind === "return") return this.#returnToPool(member, decision.cause);
    await this.#beginTermination(member, decision.cause);
  }

  /** Gives the members the weights that their instance types have now. */
  reweigh(weightOf: (member: MemberRecord) => number | undefined): void {
    for (const member of this.members()) {
      const weight = weightOf(member);
      if (weight !== undefined && weight !== member.weight) this.#put({ ...member, weight });
    }
  }

  /** Fresh members of one zone are launched together, under one client token. */
  assignTokens(): void {
    const byPlace = Map.groupBy(
      this.#fresh,
      ({ zone, subnetId, choice, weight }) =>
        `${zone}/${subnetId}/${choice ? JSON.stringify([choice, weight]) : ""}`,
    );
    for (const together of byPlace.values())
      for (let start = 0; start < together.length; start += mostPerLaunch) {
        const batch = together.slice(start, start + mostPerLaunch);
        const token = this.#writing.random.uuid();
        for (const [index, member] of batch.entries())
          this.#outcome.launch.push(
            this.#put({ ...member, launch: { token, index, count: batch.length } }),
          );
      }
    this.#fresh = [];
  }

  #find(id: string): MemberRecord | undefined {
    return this.#changed.has(id) ? this.#changed.get(id) : this.#view.roster.members.get(id);
  }

  #current(id: string): MemberRecord {
    return this.#find(id)!;
  }

  #put(member: MemberRecord): MemberRecord {
    const before = this.#find(member.id);
    if (before) this.tally.remove(before);
    this.tally.add(member);
    this.#changed.set(member.id, member);
    members.put(this.#tx, this.#writing.scope, [member.group, member.id], member);
    return member;
  }

  #activity(member: MemberRecord, change: ActivityChange): Promise<void> {
    return changeActivity(this.#tx, this.#writing, this.#view.group, member.activity, change);
  }

  #withSeen(member: MemberRecord): MemberRecord {
    const found = member.instanceId && this.#seen.instances.get(member.instanceId);
    if (!found || member.instanceType !== undefined || found.instanceType === undefined)
      return member;
    return {
      ...member,
      instanceType: found.instanceType,
      ...(found.imageId !== undefined && { imageId: found.imageId }),
      ...(found.subnetId !== undefined && { subnetId: found.subnetId }),
      ...(found.zone !== undefined && { zone: found.zone }),
      ...(found.launchedMs !== undefined && { launchedMs: found.launchedMs }),
      ...(found.spot && { spot: true }),
    };
  }

  #judge(member: MemberRecord): void {
    if (!this.#seen.healthChecked || member.health === "Unhealthy") return;
    const { group } = this.#view;
    // Nobody judges what is in a zone that the group is shifted away from and leaves alone.
    if (
      group.zoneImpairment?.ImpairedZoneHealthCheckBehavior === "IgnoreUnhealthy" &&
      group.shiftedZones?.includes(member.zone)
    )
      return;
    const problem = healthProblem(group, member, this.#seen, this.#writing.nowMs);
    if (problem === undefined) return;
    const state = this.#seen.instances.get(member.instanceId!)?.state;
    this.#put({
      ...member,
      health: "Unhealthy",
      unhealthyCause: problem,
      ...(state !== undefined && state !== "running" && { dead: true }),
    });
  }

  #hooksOf(member: MemberRecord) {
    const transition = transitionOf(member);
    return this.#view.hooks.filter((hook) => hook.transition === transition);
  }

  #knowsTargets(): boolean {
    return this.#view.group.targetGroups.every(({ arn }) => this.#seen.targets.has(arn));
  }

  #viewOf(member: MemberRecord): MemberView {
    const { group } = this.#view;
    const wanted = group.targetGroups.filter(({ state }) => state !== "Removing");
    return {
      state: member.state,
      launched: member.instanceId !== undefined,
      actual: member.instanceId ? this.#seen.instances.get(member.instanceId)?.state : undefined,
      registered:
        "AddToLoadBalancer" in group.suspended ||
        member.apart === true ||
        wanted.every(({ arn }) => member.registered.includes(arn)),
      draining: holding(member, this.#seen.targets).length > 0,
      hooked: !group.deleting && this.#hooksOf(member).length > 0,
      hookResult: group.deleting ? "CONTINUE" : waitResult(member.waits ?? [], this.#writing.nowMs),
      terminateCalled: member.terminated ?? false,
      released: member.released ?? false,
      warmStart: member.origin === "WarmPool",
      poolState: group.warmPool?.poolState ?? "Running",
      retained: group.retainOnAbandon === true && !group.deleting,
    };
  }

  async #enterService(member: MemberRecord): Promise<void> {
    const { nowMs } = this.#writing;
    const { waits: _, activity: __, origin: ___, ...rest } = member;
    this.#put({
      ...rest,
      state: "InService",
      inServiceMs: nowMs,
      // "It does not add the instances that were launched while this process was suspended."
      ...("AddToLoadBalancer" in this.#view.group.suspended && { apart: true }),
      warmMs: nowMs + warmupOf(this.#view.group, undefined) * 1000,
    });
    this.cooldownFromMs = nowMs;
    await this.#activity(member, { status: "Successful" });
  }

  async #failLaunch(member: MemberRecord, statusMessage: string): Promise<void> {
    await this.#activity(member, {
      status: "Failed",
      statusMessage,
      description: `Launching a new EC2 instance: ${member.instanceId}.  Status Reason: ${statusMessage}`,
    });
    const { refusal: _, ...rest } = member;
    await this.#beginTermination(rest, causes.launchFailed(this.#writing.nowMs));
  }

  async #beginTermination(member: MemberRecord, cause: string): Promise<void> {
    const { group } = this.#view;
    const activity = await startActivity(this.#tx, this.#writing, group, {
      description: `Terminating EC2 instance: ${member.instanceId}`,
      cause,
      details: detailsOf(member),
      ...(member.instanceId !== undefined && { instanceId: member.instanceId }),
    });
    const { waits: _, ...rest } = member;
    this.#put({ ...rest, state: isWarm(member) ? "Warmed:Terminating" : "Terminating", activity });
  }

  /** Out of the warm pool: it counts for the group from now on. */
  async #leavePool(member: MemberRecord, cause: string): Promise<void> {
    const activity = await startActivity(this.#tx, this.#writing, this.#view.group, {
      description: `Launching a new EC2 instance from warm pool: ${member.instanceId}`,
      cause,
      status: "PreInService",
      details: detailsOf(member),
      instanceId: member.instanceId!,
    });
    const { waits: _, ...rest } = member;
    this.#put({
      ...rest,
      state: "Pending",
      origin: "WarmPool",
      protected: this.#view.group.protectNew,
      activity,
    });
  }

  /** Scale-in that keeps the instance for later. */
  async #returnToPool(member: MemberRecord, cause: string): Promise<void> {
    const activity = await startActivity(this.#tx, this.#writing, this.#view.group, {
      description: `Returning EC2 instance to warm pool: ${member.instanceId}`,
      cause,
      details: detailsOf(member),
      instanceId: member.instanceId!,
    });
    const { waits: _, inServiceMs: __, warmMs: ___, ...rest } = member;
    this.#put({ ...rest, state: "Warmed:Pending", origin: "AutoScalingGroup", activity });
    this.cooldownFromMs = this.#writing.nowMs;
  }

  #rest(member: MemberRecord): Promise<void> {
    const { waits: _, activity: __, origin: ___, ...rest } = member;
    const poolState = this.#view.group.warmPool?.poolState ?? "Running";
    this.#put({ ...rest, state: `Warmed:${poolState}` });
    return this.#activity(member, { status: "Successful" });
  }

  /** Takes the member out of its target groups and waits until connections have ended. */
  #drain(member: MemberRecord): Promise<void> {
    const step = drainStep(member, this.#seen.targets, this.#writing.nowMs);
    if (step.arns.length > 0) this.#outcome.deregister.push({ member, arns: step.arns });
    if (step.member !== member) this.#put(step.member);
    return step.began ? this.#activity(member, step.began) : Promise.resolve();
  }

  async #leave(member: MemberRecord): Promise<void> {
    const { scope, nowMs } = this.#writing;
    if (member.state === "EnteringStandby") {
      const { activity: _, ...rest } = member;
      this.#put({ ...rest, state: "Standby" });
      return this.#activity(member, { status: "Successful" });
    }
    const description = `Terminating EC2 instance: ${member.instanceId}`;
    await this.#activity(member, {
      status: "Successful",
      ...(member.state !== "Detaching" && { description }),
    });
    if (member.state !== "Detaching") this.cooldownFromMs = nowMs;
    members.delete(this.#tx, scope, member.group, member.id);
    if (member.instanceId) memberIndex.delete(this.#tx, scope, member.instanceId);
    this.tally.remove(this.#current(member.id));
    this.#changed.set(member.id, undefined);
  }

  async #wishFor({ zone, cause, choice, warm }: Decision & { kind: "launch" }): Promise<void> {
    const { random, nowMs } = this.#writing;
    const { group } = this.#view;
    this.#chooseSubnet ??= subnetChooser(group, this.members());
    const subnetId = this.#chooseSubnet(zone);
    const activity = await startActivity(this.#tx, this.#writing, group, {
      description: `Launching a new EC2 instance${warm ? " into warm pool" : ""}`,
      cause,
      status: "PreInService",
      details: detailsOf({ zone, ...(subnetId !== undefined && { subnetId }) }),
    });
    const member: MemberRecord = {
      id: random.hex(16),
      group: group.name,
      zone,
      ...(subnetId !== undefined && { subnetId }),
      ...(choice && launchChoice(group, choice)),
      state: warm ? "Warmed:Pending" : "Pending",
      health: "Healthy",
      protected: !warm && group.protectNew,
      createdMs: nowMs,
      launchedMs: nowMs,
      registered: [],
      activity,
    };
    this.#fresh.push(member);
  }
}
