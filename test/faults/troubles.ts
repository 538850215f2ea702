/** What can go wrong with a fleet, or be done to it, at any moment. */
import type { SimulatedDriver } from "#compute/simulated/simulated-driver.ts";
import { AwsError } from "#model/error.ts";
import type { Random } from "#runtime/random.ts";
import type { ControlPlane } from "./control-plane.ts";
import { caller, desiredAndMembers, groupName, type Member } from "./fleet.ts";

export interface Stage {
  random: Random;
  machines: SimulatedDriver;
  plane: ControlPlane;
}

export const troubles: Readonly<Record<string, (stage: Stage) => Promise<unknown>>> = {
  async "a machine dies"({ random, machines }) {
    const running = (await machines.list()).filter(({ state }) => state === "running");
    const victim = pick(random, running);
    if (victim) machines.fail(victim.id);
  },
  async "a capacity is asked for"({ random, plane }) {
    const DesiredCapacity = 3 + Math.floor(random.next() * 4);
    await plane.clients
      .autoscaling(caller)
      .SetDesiredCapacity({ AutoScalingGroupName: groupName, DesiredCapacity });
  },
  async "an instance is detached"(stage) {
    const { desired, members } = await desiredAndMembers(stage.plane.clients);
    const member = pick(stage.random, members.filter(isInService));
    if (!member) return;
    await stage.plane.clients.autoscaling(caller).DetachInstances({
      AutoScalingGroupName: groupName,
      InstanceIds: [member.id],
      ShouldDecrementDesiredCapacity: desired > 3 && stage.random.next() < 0.5,
    });
  },
  async "an instance is terminated behind the group's back"({ random, plane }) {
    const { members } = await desiredAndMembers(plane.clients);
    const member = pick(random, members);
    if (member) await plane.clients.ec2(caller).TerminateInstances({ InstanceIds: [member.id] });
  },
  async "an instance is stopped behind the group's back"({ random, plane }) {
    const { members } = await desiredAndMembers(plane.clients);
    const member = pick(random, members.filter(isInService));
    if (member) await plane.clients.ec2(caller).StopInstances({ InstanceIds: [member.id] });
  },
  async "an instance is said to be unhealthy"({ random, plane }) {
    const { members } = await desiredAndMembers(plane.clients);
    const member = pick(random, members.filter(isInService));
    if (!member) return;
    await plane.clients.autoscaling(caller).SetInstanceHealth({
      InstanceId: member.id,
      HealthStatus: "Unhealthy",
      ShouldRespectGracePeriod: false,
    });
  },
  "the control plane is restarted": ({ plane }) => plane.stop(),
  "the control plane is killed": ({ plane }) => plane.kill(),
};

/** People act on what they saw last; by then the instance may be going. */
export function isRefusal(error: unknown): boolean {
  const refusals = ["IncorrectInstanceState", "InvalidInstanceID.NotFound", "ValidationError"];
  return error instanceof AwsError && refusals.includes(error.code);
}

export function pick<T>(random: Random, choices: readonly T[]): T | undefined {
  return choices[Math.floor(random.next() * choices.length)];
}

function isInService({ state }: Member): boolean {
  return state === "InService";
}
