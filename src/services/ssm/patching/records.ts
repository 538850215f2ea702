/** Patch baselines of an account, and which of them its patch groups and systems use. */
import type { CreatePatchBaselineRequest, OperatingSystem } from "@aws-sdk/client-ssm";
import type { Tags } from "#services/kit/tags.ts";
import { collection } from "#store/collection.ts";

/** What CreatePatchBaseline and UpdatePatchBaseline set, in AWS's spelling. */
export type BaselineSettings = Pick<
  CreatePatchBaselineRequest,
  | "GlobalFilters"
  | "ApprovalRules"
  | "ApprovedPatches"
  | "ApprovedPatchesComplianceLevel"
  | "ApprovedPatchesEnableNonSecurity"
  | "RejectedPatches"
  | "RejectedPatchesAction"
  | "Description"
  | "Sources"
  | "AvailableSecurityUpdatesComplianceStatus"
>;

export interface BaselineRecord {
  /** "pb-0123…"; of AWS's own the whole ARN. */
  id: string;
  name: string;
  system: OperatingSystem;
  settings: BaselineSettings;
  createdMs: number;
  modifiedMs: number;
  tags: Tags;
  /** The request that made it, so that it can be repeated. */
  madeBy?: { token: string; request: string };
}

/** By id. */
export const baselines = collection<BaselineRecord>("ssm", "patch-baseline");
/** Baselines' ids by the patch group's name and the operating system. */
export const patchGroups = collection<{
  group: string;
  system: OperatingSystem;
  baselineId: string;
}>("ssm", "patch-group");
/** Ids by operating system; without one AWS's own is the default. */
export const defaultBaselines = collection<{ baselineId: string }>("ssm", "default-patch-baseline");
