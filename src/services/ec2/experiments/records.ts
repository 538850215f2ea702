/** Experiments: a template of AWS Fault Injection Service that is being played. */
import { collection } from "#store/collection.ts";

/** https://docs.aws.amazon.com/fis/latest/userguide/experiments.html#experiment-states */
export type ActionState = "pending" | "running" | "completed" | "stopped" | "failed" | "skipped";

export interface ActionRecord {
  actionId: string;
  parameters: Record<string, string>;
  startAfter: string[];
  /** Ids of its targets, instances, volumes or subnets, chosen when the experiment began. */
  instanceIds: string[];
  state: ActionState;
  startedMs?: number;
  /** When it is over by itself. */
  dueMs?: number;
  endedMs?: number;
  reason?: string;
}

export interface ExperimentRecord {
  /** "EXP" and fifteen characters, as FIS's ids. */
  experimentId: string;
  description: string;
  state: "running" | "stopping" | "completed" | "stopped" | "failed";
  reason?: string;
  startedMs: number;
  endedMs?: number;
  /** Alarms that stop it when they are in ALARM. */
  stopAlarms: string[];
  actions: Record<string, ActionRecord>;
}

export const experiments = collection<ExperimentRecord>("ec2", "experiment");
