/** What CloudFormation stores, and under which keys. */
import { collection } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";
import type { Answer } from "./custom-resource/read-answer.ts";
import type { ParameterTexts } from "./template/parameters.ts";
import type { Attributes, Properties } from "./resource-types/resource-type.ts";
import type { DeletionPolicy } from "./template/template.ts";

export type StackStatus =
  | "REVIEW_IN_PROGRESS"
  | "CREATE_IN_PROGRESS"
  | "CREATE_COMPLETE"
  | "CREATE_FAILED"
  | "ROLLBACK_IN_PROGRESS"
  | "ROLLBACK_COMPLETE"
  | "ROLLBACK_FAILED"
  | "DELETE_IN_PROGRESS"
  | "DELETE_COMPLETE"
  | "DELETE_FAILED"
  | "UPDATE_IN_PROGRESS"
  | "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
  | "UPDATE_COMPLETE"
  | "UPDATE_FAILED"
  | "UPDATE_ROLLBACK_IN_PROGRESS"
  | "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
  | "UPDATE_ROLLBACK_COMPLETE"
  | "UPDATE_ROLLBACK_FAILED";

export type ResourceStatus =
  | "CREATE_IN_PROGRESS"
  | "CREATE_COMPLETE"
  | "CREATE_FAILED"
  | "UPDATE_IN_PROGRESS"
  | "UPDATE_COMPLETE"
  | "UPDATE_FAILED"
  | "DELETE_IN_PROGRESS"
  | "DELETE_COMPLETE"
  | "DELETE_FAILED"
  | "DELETE_SKIPPED";

/** What the engine is doing with a stack. */
export interface StackOperation {
  /** Tells resources that are done apart from those that are not. */
  id: string;
  phase: "create" | "update" | "rollback-create" | "rollback-update" | "cleanup" | "delete";
  startedMs: number;
  /** The moment at which a creation that is not done fails. */
  deadlineMs?: number;
  /** What a failure leads to. */
  onFailure: "ROLLBACK" | "DELETE" | "DO_NOTHING";
  /** Set by CancelUpdateStack and by failures outside resources: why the deployment must end. */
  abortReason?: string;
  clientRequestToken?: string;
  /** Logical ids that a delete leaves alone. */
  retain?: string[];
  /** Logical ids that a continued rollback leaves alone. */
  skip?: string[];
  /** FORCE_DELETE_STACK. */
  force?: boolean;
  /** What the stack becomes when its cleanup is over. */
  outcome?: StackStatus;
}

export interface StackOutput {
  key: string;
  value: string;
  description?: string;
  exportName?: string;
}

export interface StackRecord {
  uuid: string;
  arn: string;
  name: string;
  status: StackStatus;
  statusReason?: string;
  createdMs: number;
  updatedMs?: number;
  deletedMs?: number;
  /** The revision that is deployed or being deployed. */
  revision: number;
  /** How many revisions were ever made; numbers are not used twice. */
  revisions: number;
  /** The revision to go back to while an update runs. */
  previousRevision?: number;
  /** The revision before the last successful update, to which a parent's rollback leads. */
  formerRevision?: number;
  outputs: StackOutput[];
  disableRollback: boolean;
  terminationProtection: boolean;
  timeoutMinutes?: number;
  parentArn?: string;
  rootArn?: string;
  changeSetArn?: string;
  /** How many events were written. */
  events: number;
  operation?: StackOperation;
}

/** A template with everything that was said about it: what a stack is asked to be. */
export interface Revision {
  body: string;
  parameters: ParameterTexts;
  /** Values that SSM parameters had when the deployment was asked for, by parameter name. */
  stored: Record<string, string>;
  tags: Tags;
  capabilities: string[];
  notificationArns: string[];
  roleArn?: string;
}

/** How a resource was before the running operation touched it. */
export type ResourceSnapshot = Omit<ResourceRecord, "before" | "work" | "doneIn">;

export interface ResourceWork {
  kind: "create" | "update" | "delete";
  step: "call" | "configure" | "stabilize" | "signals";
  startedMs: number;
  /** Failed calls that are tried again. */
  attempts: number;
  progress?: Properties;
  /** Of an update: what changed, and how it was. */
  changed?: string[];
  previous?: { properties: Properties; tags: Tags };
  updateToken?: string;
  /** Signals counted in events so far. */
  signalled?: string[];
  /** What events have told about why it may wait in vain. */
  told?: string[];
  /** Of a delete: the create may have been made without its answer being recorded. */
  lostCreate?: boolean;
}

export interface ResourceRecord {
  logicalId: string;
  type: string;
  status: ResourceStatus;
  statusReason?: string;
  updatedMs: number;
  physicalId?: string;
  name: string;
  token: string;
  properties: Properties;
  /** The same as events show them, where something is hidden. */
  shown?: Properties | undefined;
  tags: Tags;
  attributes: Attributes;
  ref?: string;
  metadata?: unknown;
  creationPolicy?: Properties;
  updatePolicy?: Properties;
  deletionPolicy: DeletionPolicy;
  updateReplacePolicy: "Delete" | "Retain" | "Snapshot";
  /** Logical ids of the resources that must outlive this one. */
  needs: string[];
  work?: ResourceWork;
  /** The operation in which this resource reached what it was asked to be. */
  doneIn?: string;
  /** Undefined when the running operation has not touched it. */
  before?: ResourceSnapshot | "absent";
}

export interface EventRecord {
  number: number;
  eventId: string;
  timeMs: number;
  logicalId: string;
  physicalId: string;
  type: string;
  status: string;
  reason?: string;
  properties?: string;
  clientRequestToken?: string;
}

export interface SignalRecord {
  status: "SUCCESS" | "FAILURE";
  receivedMs: number;
  reason?: string;
  data?: string;
}

export interface ExportRecord {
  name: string;
  value: string;
  stackUuid: string;
  stackArn: string;
}

export interface ChangeSetRecord {
  uuid: string;
  arn: string;
  name: string;
  description?: string;
  stackUuid: string;
  type: "CREATE" | "UPDATE";
  createdMs: number;
  status: "CREATE_COMPLETE" | "FAILED";
  statusReason?: string;
  executionStatus:
    | "UNAVAILABLE"
    | "AVAILABLE"
    | "EXECUTE_IN_PROGRESS"
    | "EXECUTE_COMPLETE"
    | "EXECUTE_FAILED"
    | "OBSOLETE";
  onStackFailure?: "ROLLBACK" | "DELETE" | "DO_NOTHING";
  revision: Revision;
  /** The changes in the API's own shape. */
  changes: unknown[];
  clientToken?: string;
}

/** What a custom resource's provider was asked. */
export interface CustomRequestRecord {
  /** Of the resource. */
  token: string;
  sentMs: number;
  answer?: Answer;
}

/** An event on its way to a topic. */
export interface NotificationRecord {
  topicArn: string;
  message: string;
}

/** By the stack's UUID. */
export const stacks = collection<StackRecord>("cloudformation", "stack");
/** The UUID of the stack that bears a name now. */
export const stackNames = collection<string>("cloudformation", "stack-name");
/** By stack and number. */
export const revisions = collection<Revision>("cloudformation", "revision");
/** By stack and logical id. */
export const resources = collection<ResourceRecord>("cloudformation", "resource");
/** Resources that no template describes any more and that are to be deleted: by stack and token. */
export const discarded = collection<ResourceRecord>("cloudformation", "discarded");
/** By stack and number. */
export const events = collection<EventRecord>("cloudformation", "event");
/** By stack, logical id and unique id. */
export const signals = collection<SignalRecord>("cloudformation", "signal");
/** By name. */
export const exportedValues = collection<ExportRecord>("cloudformation", "export");
/** By export name and the importing stack's UUID. */
export const imports = collection<{ stackName: string }>("cloudformation", "import");
/** By stack and the request's id. */
export const customRequests = collection<CustomRequestRecord>("cloudformation", "custom-request");
/** By stack and UUID. */
export const changeSets = collection<ChangeSetRecord>("cloudformation", "change-set");
/** By stack and number of the event, then topic. */
export const notifications = collection<NotificationRecord>("cloudformation", "notification");
