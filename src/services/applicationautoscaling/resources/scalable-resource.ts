/** What can be scaled, as this service sees it; `lookup.ts` says what there is. */
import type { HttpClient } from "#http/client.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { TargetName } from "../records.ts";

export interface ResourceContext {
  env: Environment;
  http: HttpClient;
  scope: Scope;
}

export interface Standing {
  capacity: number;
  /** A change is under way. */
  changing: boolean;
  /** Why the last change failed, in the resource's words. */
  failure?: string;
}

export interface ScalableResource {
  dimensions: readonly string[];
  /** The form of resource ids. */
  resourceId: RegExp;
  /** "write capacity units": what activities say is set. */
  noun(dimension: string): string;
  /** Seconds between scaling activities where the policy does not say. */
  defaultCooldownSeconds: number;
  /** Throws AwsError for a resource that is not there. */
  read(context: ResourceContext, name: TargetName): Promise<Standing>;
  /** Asks for a capacity; throws AwsError when it is refused. */
  write(context: ResourceContext, name: TargetName, capacity: number): Promise<void>;
}
