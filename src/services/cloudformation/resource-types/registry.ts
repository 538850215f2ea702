/** The resource types by name: one line each, loaded when first needed. */
import type { ResourceType } from "./resource-type.ts";

export const resourceTypes: Readonly<
  Record<string, () => Promise<{ resourceType: ResourceType }>>
> = {};
