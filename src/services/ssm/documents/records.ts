/** Documents, each with all versions that are kept. */
import { collection } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";

/** What Fogbank can do something with. */
export type DocumentType = "Command" | "Session";
export type DocumentFormat = "JSON" | "YAML";

export interface DocumentRecord {
  name: string;
  type: DocumentType;
  createdMs: number;
  defaultVersion: number;
  /** The highest number that was ever given, deleted versions included. */
  lastVersion: number;
  tags: Tags;
  /** Accounts by number, or "all"; each with the versions that it may use. */
  shares: { accountId: string; version: string }[];
}

export interface DocumentVersionRecord {
  version: number;
  versionName?: string;
  displayName?: string;
  targetType?: string;
  /** The text as it was given. */
  content: string;
  format: DocumentFormat;
  createdMs: number;
}

/** By name. */
export const documents = collection<DocumentRecord>("ssm", "document");
/** By name and version. */
export const documentVersions = collection<DocumentVersionRecord>("ssm", "document-version");
