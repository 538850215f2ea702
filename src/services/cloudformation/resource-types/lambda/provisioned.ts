/** Environments that stand ready for an alias or a version, as both types set them. */
import type { Properties, StackClients } from "../resource-type.ts";
import { ResourceFailure } from "../resource-type.ts";

export interface Qualified {
  FunctionName: string;
  Qualifier: string;
}

/** Asks for what the properties say, or for none where they say nothing and `before` did. */
export async function setProvisioned(
  { lambda }: StackClients,
  qualified: Qualified,
  properties: Properties,
  before?: Properties,
): Promise<void> {
  const wanted = wantedOf(properties);
  if (wanted !== undefined)
    await lambda.PutProvisionedConcurrencyConfig({
      ...qualified,
      ProvisionedConcurrentExecutions: wanted,
    });
  else if (before && wantedOf(before) !== undefined)
    await lambda.DeleteProvisionedConcurrencyConfig(qualified);
}

/** Throws ResourceFailure when the environments do not come up. */
export async function isProvisioned(
  { lambda }: StackClients,
  qualified: Qualified,
  properties: Properties,
): Promise<boolean> {
  if (wantedOf(properties) === undefined) return true;
  const { Status, StatusReason } = await lambda.GetProvisionedConcurrencyConfig(qualified);
  if (Status === "FAILED")
    throw new ResourceFailure(
      `Provisioned Concurrency configuration failed: ${StatusReason ?? ""}`,
    );
  return Status === "READY";
}

function wantedOf(properties: Properties): number | undefined {
  return properties["ProvisionedConcurrencyConfig"]?.ProvisionedConcurrentExecutions;
}
