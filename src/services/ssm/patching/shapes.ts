import type { PatchBaselineIdentity } from "@aws-sdk/client-ssm";
import { dateOf } from "#runtime/date.ts";
import type { BaselineRecord } from "./records.ts";

/** As GetPatchBaseline shows it, but for its patch groups. */
export function baselineShape({
  id,
  name,
  system,
  settings,
  createdMs,
  modifiedMs,
}: BaselineRecord) {
  return {
    BaselineId: id,
    Name: name,
    OperatingSystem: system,
    GlobalFilters: settings.GlobalFilters ?? { PatchFilters: [] },
    ApprovalRules: settings.ApprovalRules ?? { PatchRules: [] },
    ApprovedPatches: settings.ApprovedPatches ?? [],
    ApprovedPatchesComplianceLevel: settings.ApprovedPatchesComplianceLevel ?? "UNSPECIFIED",
    ApprovedPatchesEnableNonSecurity: settings.ApprovedPatchesEnableNonSecurity ?? false,
    RejectedPatches: settings.RejectedPatches ?? [],
    RejectedPatchesAction: settings.RejectedPatchesAction ?? "ALLOW_AS_DEPENDENCY",
    CreatedDate: dateOf(createdMs),
    ModifiedDate: dateOf(modifiedMs),
    Description: settings.Description,
    Sources: settings.Sources ?? [],
    AvailableSecurityUpdatesComplianceStatus: settings.AvailableSecurityUpdatesComplianceStatus,
  };
}

export function identityShape(
  { id, name, system, settings }: BaselineRecord,
  isDefault: boolean,
): PatchBaselineIdentity {
  return {
    BaselineId: id,
    BaselineName: name,
    OperatingSystem: system,
    BaselineDescription: settings.Description,
    DefaultBaseline: isDefault,
  };
}
