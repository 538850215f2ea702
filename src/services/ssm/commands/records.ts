/** Commands, and their runs on single instances. */
import { collection } from "#store/collection.ts";

/** One step of a document with its values in place. */
export interface PlannedStep {
  name: string;
  action: string;
  /** Why it does not run here. */
  skipped?: string;
  lines: string[];
  workingDirectory: string;
  timeoutSeconds: number;
  onFailure?: "exit" | "successAndExit";
  onSuccess?: "exit";
  finallyStep?: true;
}

export interface CommandRecord {
  commandId: string;
  documentName: string;
  documentVersion: string;
  comment: string;
  parameters: Record<string, string[]>;
  instanceIds: string[];
  targets: { key: string; values: string[] }[];
  steps: PlannedStep[];
  requestedMs: number;
  expiresMs: number;
  deliverySeconds: number;
  /** Numbers or percentages, as given. */
  maxConcurrency: string;
  maxErrors: string;
  output?: { bucket: string; prefix: string; region?: string };
  /** Where output goes line by line. */
  logGroup?: string;
  logsAsked?: { group?: string; enabled: boolean };
  serviceRole?: string;
  notification?: { topicArn: string; events: string[]; type: "Command" | "Invocation" };
  cancelled?: true;
  /** The status that was told last. */
  told: string;
}

export type PluginStatus =
  | "Pending"
  | "InProgress"
  | "Success"
  | "Failed"
  | "TimedOut"
  | "Cancelled";

export interface PluginRun {
  name: string;
  action: string;
  status: PluginStatus;
  exitCode: number;
  stdout: string;
  stderr: string;
  startedMs?: number;
  endedMs?: number;
}

export interface InvocationRecord {
  commandId: string;
  instanceId: string;
  instanceName: string;
  requestedMs: number;
  status: PluginStatus | "Delayed" | "Cancelling";
  /** Says more than the status: which timeout it was, for instance. */
  details: string;
  startedMs?: number;
  endedMs?: number;
  plugins: PluginRun[];
}

/** By id. */
export const commands = collection<CommandRecord>("ssm", "sent-command");
/** By command and instance. */
export const invocations = collection<InvocationRecord>("ssm", "invocation");
