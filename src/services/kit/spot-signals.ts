/**
 * Rebalance recommendations as EC2 gives them, where Auto Scaling finds them at once. On AWS they
 * travel through a channel that is not public; EventBridge tells the rest of the world.
 */
import { collection } from "#store/collection.ts";

export interface RebalanceRecommendation {
  instanceId: string;
  /** When EC2 recommended it, cloud time. */
  recommendedMs: number;
}

/** Key: name of the Auto Scaling group, instance id. Gone with the instance. */
export const rebalanceRecommendations = collection<RebalanceRecommendation>(
  "ec2",
  "rebalance-recommendation",
);
