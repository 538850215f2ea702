/** One fleet's story: troubles by seed, then calm, in which everything must become as it should be. */
import assert from "node:assert/strict";
import { createSimulatedDriver } from "#compute/simulated/simulated-driver.ts";
import { isoSeconds } from "#runtime/date.ts";
import { parseDuration } from "#runtime/duration.ts";
import { createSeededRandom } from "#runtime/random.ts";
import { createVirtualClock } from "#runtime/virtual-clock.ts";
import { createMemoryStore } from "#store/memory.ts";
import { Killed, startControlPlane, type ControlPlane } from "./control-plane.ts";
import {
  caller,
  createFleet,
  desiredAndMembers,
  groupName,
  livingInstances,
  markedInstances,
  targets,
  unfinishedActivities,
  volumeHolders,
} from "./fleet.ts";
import { isRefusal, pick, troubles } from "./troubles.ts";

const longestPauseMs = 90_000;
const mostAtOnce = 3;
const all = Object.entries(troubles);
/** How often a control plane is doomed in a trouble, and within how many steps it then dies. */
const doom = { chance: 0.4, steps: 60 };

export interface Story {
  /** Lets something happen and some time pass. */
  trouble(): Promise<void>;
  calm(duration: string): Promise<void>;
  /** Exactly the desired instances are in service, healthy and targets, and nothing else runs. Returns who serves. */
  mustBeWhole(): Promise<string[]>;
  /** Deletes the group: nothing of it may be left. */
  mustGo(): Promise<void>;
  end(): Promise<void>;
}

export async function startStory(seed: number): Promise<Story> {
  const random = createSeededRandom(seed);
  const errors: unknown[] = [];
  const clock = createVirtualClock({
    onError: (error) => void (error instanceof Killed || errors.push(error)),
  });
  const store = createMemoryStore();
  const machines = createSimulatedDriver({ clock, random: createSeededRandom(seed + 1000) });
  let generation = 0;
  const nextPlane = () => startControlPlane({ clock, store, machines }, seed * 1000 + generation++);
  let plane: ControlPlane = await nextPlane();
  const told: string[] = [];
  const targetGroup = await createFleet(plane.clients);
  await clock.advance(parseDuration("5m"));

  /** Makes something happen some time from now, through the control plane of that moment. */
  const schedule = (delayMs: number, [name, happen]: (typeof all)[number]) =>
    clock.after(delayMs, async () => {
      told.push(`${isoSeconds(clock.now())} ${name}`);
      try {
        await happen({ random, machines, plane });
      } catch (error) {
        if (!(error instanceof Killed) && !isRefusal(error)) throw error;
      }
    });
  const restart = async () => {
    told.push(`${isoSeconds(clock.now())} a control plane starts`);
    await plane.kill();
    errors.push(...plane.errors);
    plane = await nextPlane();
  };
  return {
    async trouble() {
      const pauseMs = Math.floor(random.next() * longestPauseMs);
      if (random.next() < doom.chance)
        plane.dieAt(1 + Math.floor(random.next() * doom.steps), pick(random, ["before", "after"])!);
      // What happens at one moment happens at the same time as what the control plane makes of it.
      const delayMs = Math.floor(random.next() * pauseMs);
      const count = 1 + Math.floor(random.next() * mostAtOnce);
      for (let number = 0; number < count; number++) schedule(delayMs, pick(random, all)!);
      await clock.advance(pauseMs);
      if (!plane.alive) await restart();
    },
    async calm(duration: string) {
      plane.dieAt(Number.POSITIVE_INFINITY, "before");
      await clock.advance(parseDuration(duration));
    },
    /** Returns who is in service. */
    async mustBeWhole() {
      const { desired, members } = await desiredAndMembers(plane.clients);
      const living = await livingInstances(plane.clients);
      const story = `seed ${seed}:\n${told.join("\n")}`;
      assert.deepEqual(
        members.map(({ state, health }) => `${state} ${health}`),
        Array(desired).fill("InService Healthy"),
        story,
      );
      const ids = members.map(({ id }) => id).toSorted();
      assert.deepEqual(
        await targets(plane.clients, targetGroup),
        ids.map((id) => `${id}: healthy`),
        story,
      );
      const running = new Map((await machines.list()).map(({ id, state }) => [id, state] as const));
      assert.deepEqual([...running.keys()].toSorted(), [...living.keys()].toSorted(), story);
      for (const id of ids)
        assert.deepEqual([running.get(id), living.get(id)], ["running", "running"]);
      assert.deepEqual(await markedInstances(plane.clients), ids, story);
      assert.deepEqual(await volumeHolders(plane.clients), [...living.keys()].toSorted(), story);
      assert.deepEqual(await unfinishedActivities(plane.clients), [], story);
      assert.deepEqual([...errors, ...plane.errors], [], story);
      return ids;
    },
    /** Deletes the group; what was detached from it is nobody's business but its owner's. */
    async mustGo() {
      const { members } = await desiredAndMembers(plane.clients);
      const expected = await livingInstances(plane.clients);
      for (const { id } of members) expected.delete(id);
      await plane.clients
        .autoscaling(caller)
        .DeleteAutoScalingGroup({ AutoScalingGroupName: groupName, ForceDelete: true });
      await clock.advance(parseDuration("10m"));
      const left = (await machines.list()).map(({ id }) => id);
      assert.deepEqual(left.toSorted(), [...expected.keys()].toSorted());
      assert.deepEqual(await livingInstances(plane.clients), expected);
      assert.deepEqual(await targets(plane.clients, targetGroup), []);
      assert.deepEqual([...errors, ...plane.errors], []);
    },
    async end() {
      await plane.stop();
      clock.stop();
      await store.close();
    },
  };
}
