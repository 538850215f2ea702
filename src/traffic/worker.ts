/** The load balancers' data plane in its own thread: answers the calls that `worker-plane.ts` sends. */
import { kernelThread } from "#runtime/precedence.ts";
import { createSystemRandom } from "#runtime/random.ts";
import { answerCalls } from "#runtime/thread.ts";
import { createWall } from "#runtime/wall.ts";
import { createPlane } from "./plane.ts";
import type { WorkerMethods } from "./worker-plane.ts";

answerCalls<WorkerMethods>((onError) => ({
  ...createPlane({ wall: createWall(onError), random: createSystemRandom(), onError }),
  kernelThread: () => Promise.resolve(kernelThread()),
}));
