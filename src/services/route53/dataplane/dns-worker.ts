/** The DNS server in its own thread: answers the calls that `worker-plane.ts` sends. */
import { createSystemRandom } from "#runtime/random.ts";
import { createWall } from "#runtime/wall.ts";
import { answerCalls } from "#runtime/thread.ts";
import { createDnsEngine } from "./engine.ts";

answerCalls((onError) =>
  createDnsEngine({ random: createSystemRandom(), wall: createWall(onError), onError }),
);
