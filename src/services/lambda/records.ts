/** What Lambda keeps: functions and their versions, aliases, code, permissions, and events to be brought. */
import type { Input, Output } from "#model/sdk.ts";
import type { Tags } from "#services/kit/tags.ts";
import { collection } from "#store/collection.ts";

export type FunctionConfiguration = Output<"lambda", "GetFunctionConfiguration">;

/** What a user can set and a version freezes, in AWS's spelling, defaults filled in. */
export interface Settings {
  runtime: string;
  role: string;
  handler: string;
  description: string;
  timeoutSeconds: number;
  memoryMb: number;
  ephemeralMb: number;
  architecture: "x86_64" | "arm64";
  /** Names to values. */
  variables: Record<string, string> | undefined;
  kmsKeyArn: string | undefined;
  deadLetterArn: string | undefined;
  tracingMode: "Active" | "PassThrough";
  layers: { arn: string; codeSize: number }[];
  logging: {
    format: "Text" | "JSON";
    group: string;
    applicationLevel?: string | undefined;
    systemLevel?: string | undefined;
  };
  /** Where its subnets are; undefined outside of a VPC. */
  vpc: { vpcId: string; subnetIds: string[]; securityGroupIds: string[] } | undefined;
}

export interface CodeFacts {
  /** Of the zip file, in Base64. */
  sha256: string;
  sizeBytes: number;
}

/** One version: "$LATEST", or a number as text. */
export interface VersionRecord {
  functionName: string;
  version: string;
  settings: Settings;
  code: CodeFacts;
  /** Changes with every change. */
  revisionId: string;
  modifiedMs: number;
  /** "Pending" until its code is unpacked for the first time. */
  state: "Pending" | "Active" | "Failed";
  update: "InProgress" | "Successful" | "Failed";
  reason?: string | undefined;
}

export interface FunctionRecord {
  name: string;
  tags: Tags;
  /** The number that the next published version gets. */
  nextVersion: number;
  /** Executions at once that are kept for it, and its most; undefined for those that all share. */
  reservedConcurrency: number | undefined;
  recursiveLoop: "Allow" | "Terminate";
  runtimeUpdates: { mode: string; arn?: string | undefined };
}

export interface AliasRecord {
  functionName: string;
  name: string;
  description: string;
  version: string;
  /** Parts of the traffic by version, 0 to 1; the rest goes to `version`. */
  weights: Record<string, number>;
  revisionId: string;
}

export interface BlobRecord {
  blobId: string;
  sizeBytes: number;
}

export interface PermissionRecord {
  /** Statements of the resource's policy, in order of their making. */
  statements: Record<string, unknown>[];
  revisionId: string;
}

export type InvokeConfigRecord = {
  maximumRetryAttempts: number | undefined;
  maximumAgeSeconds: number | undefined;
  destinations: NonNullable<Input<"lambda", "PutFunctionEventInvokeConfig">["DestinationConfig"]>;
  modifiedMs: number;
};

/** An event that was accepted and is to be brought to its function. */
export interface EventRecord {
  id: string;
  functionName: string;
  /** As the caller named it; undefined for the unqualified function. */
  qualifier: string | undefined;
  payload: Uint8Array;
  clientContext: string | undefined;
  acceptedMs: number;
  attempts: number;
  dueMs: number;
}

/** By name. */
export const functions = collection<FunctionRecord>("lambda", "function");
/** One per account and region: executions at once that functions have reserved, together. */
export const reservations = collection<{ sum: number }>("lambda", "reservation");
/** By function name and version. */
export const versions = collection<VersionRecord>("lambda", "version");
/** By function name and alias. */
export const aliases = collection<AliasRecord>("lambda", "alias");
/** Zip files of all accounts, by their SHA-256 in Base64; see `everywhere`. */
export const codes = collection<BlobRecord>("lambda", "code");
/** Who names a package: by its SHA-256, account, region, "function" or "layer", name and version; see `everywhere`. */
export const codeUses = collection<true>("lambda", "code-use");
/** By function name and qualifier, "" for none. */
export const permissions = collection<PermissionRecord>("lambda", "permission");
/** By function name and qualifier, "$LATEST" for none. */
export const invokeConfigs = collection<InvokeConfigRecord>("lambda", "invoke-config");
/** By id, which grows with time. */
export const events = collection<EventRecord>("lambda", "event");

/** Code is named by its content, so that it is kept once whoever uploads it. */
export const everywhere = { account: "-", region: "-" };

export const latest = "$LATEST";

/** What a queue's messages are brought to. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export interface MappingRecord {
  uuid: string;
  functionName: string;
  qualifier: string | undefined;
  sourceArn: string;
  batchSize: number;
  windowSeconds: number;
  isEnabled: boolean;
  /** Texts of event patterns; a message that matches none is deleted unseen. */
  filters: string[];
  reportsItemFailures: boolean;
  /** Undefined for as many as the function may run. */
  maximumConcurrency: number | undefined;
  /** Its events are counted for CloudWatch. */
  countsEvents?: boolean;
  modifiedMs: number;
  tags: Tags;
}

/** Environments that stand ready. */
export interface ProvisionedRecord {
  wanted: number;
  ready: number;
  /** Why there are none. */
  failure: string | undefined;
  modifiedMs: number;
}

/** By function name and qualifier. */
export const provisioned = collection<ProvisionedRecord>("lambda", "provisioned");

/** By UUID. */
export const mappings = collection<MappingRecord>("lambda", "mapping");
