/** The load balancers' data plane in its own thread: answers the calls that `worker-plane.ts` sends. */
import { createSystemRandom } from "#runtime/random.ts";
import { answerCalls } from "#runtime/thread.ts";
import { createWall } from "#runtime/wall.ts";
import { createPlane } from "./plane.ts";

answerCalls((onError) =>
  createPlane({ wall: createWall(onError), random: createSystemRandom(), onError }),
);
