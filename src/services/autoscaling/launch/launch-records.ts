/** What is stored of how a group launches: policies, choices, pauses. */

export interface LaunchTemplateRef {
  id: string;
  name: string;
  /** As given: a number, "$Latest", "$Default" or nothing, which is the default, too. */
  version: string;
}

/** What may be launched instead of what the template names. */
export interface Override {
  instanceType?: string;
  /** Capacity units that an instance counts. */
  weight?: number;
  launchTemplate?: LaunchTemplateRef;
  imageId?: string;
  /** Attributes that choose instance types, in AWS's spelling. */
  requirements?: Record<string, unknown>;
}

export interface Distribution {
  onDemandStrategy: "prioritized" | "lowest-price";
  /** In capacity units. */
  onDemandBase: number;
  onDemandPercentAboveBase: number;
  spotStrategy:
    | "lowest-price"
    | "capacity-optimized"
    | "capacity-optimized-prioritized"
    | "price-capacity-optimized";
  /** Only with lowest-price. */
  spotPools?: number;
  /** Dollars per unit and hour. */
  spotMaxPrice?: string;
}

export interface MixedPolicy {
  launchTemplate: LaunchTemplateRef;
  overrides: Override[];
  distribution: Distribution;
}

export interface WarmPool {
  minSize: number;
  /** MaxGroupPreparedCapacity. */
  preparedCapacity?: number;
  poolState: "Stopped" | "Running";
  reuse: boolean;
  /** Its deletion was asked for; it goes with its last instance. */
  deleting: boolean;
}

export interface Backoff {
  untilMs: number;
  failures: number;
}

export interface LaunchChoice {
  instanceType: string;
  spot: boolean;
  launchTemplate?: LaunchTemplateRef;
  imageId?: string;
}

export interface LaunchIntent {
  token: string;
  index: number;
  count: number;
}
