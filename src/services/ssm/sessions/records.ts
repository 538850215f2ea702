/** Sessions, those that are over among them. */
import { collection } from "#store/collection.ts";

export interface SessionRecord {
  sessionId: string;
  target: string;
  documentName: string;
  /** Over: Terminated, or Failed when it could not begin. */
  status: "Connected" | "Disconnected" | "Terminated" | "Failed";
  details: string;
  startedMs: number;
  endedMs?: number;
  /** The caller's ARN. */
  owner: string;
  reason: string;
  /** What opens the data channel; a new one with each ResumeSession. */
  token: string;
  plan: SessionPlan;
}

export interface SessionPlan {
  sessionType: "Standard_Stream" | "InteractiveCommands" | "NonInteractiveCommands" | "Port";
  /** What the plugin is told of its kind of session. */
  properties: Record<string, unknown>;
  /** What a shell runs instead of reading what is typed. */
  command?: string;
  /** Lines that are typed first. */
  profile?: string;
  /** Of the machine itself, or of a host that it reaches. */
  port?: { number: number; host?: string; multiplexed: boolean };
  /** Where what a shell printed goes at its end. */
  s3?: { bucket: string; prefix: string };
  logs?: { group: string; encrypted: boolean };
  idleMinutes: number;
  longestMinutes?: number;
}

/** By id. */
export const sessions = collection<SessionRecord>("ssm", "session");
