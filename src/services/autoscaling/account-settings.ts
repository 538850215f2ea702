/**
 * What an account may set for all its groups of a region.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-account-settings.html
 */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { accountSettings, type GroupRecord } from "./records.ts";

/** With the values that they have until somebody sets them. */
export const knownSettings: Readonly<Record<string, string>> = {
  launchBeforeTerminate: "disabled",
};

/**
 * "Amazon EC2 Auto Scaling uses a minimum healthy percentage of 100"; 110 at most is what the console's "launch before
 * terminating" begins with.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-before-terminate-account-setting.html
 */
const launchFirst = { minHealthyPercent: 100, maxHealthyPercent: 110 };

/** How a group replaces instances: by its own policy, or as its account wishes. */
export async function maintenanceOf(
  tx: Transaction,
  scope: Scope,
  { maintenance }: Pick<GroupRecord, "maintenance">,
): Promise<GroupRecord["maintenance"]> {
  if (maintenance) return maintenance;
  const setting = await accountSettings.get(tx, scope, "launchBeforeTerminate");
  return setting?.value === "enabled" ? launchFirst : undefined;
}
