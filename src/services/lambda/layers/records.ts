import { collection } from "#store/collection.ts";
import type { CodeFacts, PermissionRecord } from "../records.ts";

export interface LayerVersionRecord {
  name: string;
  version: number;
  description: string;
  licenseInfo: string | undefined;
  runtimes: string[] | undefined;
  architectures: string[] | undefined;
  code: CodeFacts;
  createdMs: number;
  /** It is shown no more; functions that use it still have it. */
  isDeleted: boolean;
}

/** By name and version. */
export const layerVersions = collection<LayerVersionRecord>("lambda", "layer-version");
/** By name and version: who else may use it. */
export const layerPermissions = collection<PermissionRecord>("lambda", "layer-permission");
