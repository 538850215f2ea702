/** The load balancers' data plane in its own thread: answers the calls that `worker-plane.ts` sends. */
import { createSystemRandom } from "#runtime/random.ts";
import { answerCalls } from "#runtime/thread.ts";
import { createWall } from "#runtime/wall.ts";
import { createEngine } from "./application/engine.ts";

answerCalls((onError) =>
  createEngine({ wall: createWall(onError), random: createSystemRandom(), onError }),
);
