/** What a resource type declares, and what it is handed when the stack engine asks it to act. */
import type { ServiceName } from "#model/sdk.ts";
import type { Client, Environment } from "#services/kit/service.ts";
import type { Tags } from "#services/kit/tags.ts";
import type { ResourceSchema } from "../schema/resource-schema.ts";
import type { Scope } from "#store/collection.ts";

/** Properties after evaluation, each of the type that the schema gives it. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Properties = { readonly [name: string]: any };

export type Attributes = Record<string, unknown>;

/** Every service's client, calling as CloudFormation in the stack's account and region. */
export type StackClients = { readonly [S in ServiceName]: Client<S> };

export interface ReceivedSignal {
  uniqueId: string;
  status: "SUCCESS" | "FAILURE";
  /** When it came, milliseconds. */
  receivedMs: number;
  reason?: string;
  data?: string;
}

/** Stacks that belong to the stack at hand. */
export interface NestedStacks {
  create(name: string, properties: Properties, token: string): Promise<string>;
  find(name: string): Promise<string | undefined>;
  /** Starts an update when there is anything to update. */
  update(arn: string, properties: Properties, token: string): Promise<void>;
  /** Takes the stack back to what it was before its parent's update touched it. */
  restore(arn: string, token: string): Promise<void>;
  delete(arn: string): Promise<void>;
  describe(arn: string): Promise<NestedState | undefined>;
}

export interface NestedState {
  status: string;
  reason: string;
  /** When its last update began, milliseconds; 0 for never. */
  updatedMs: number;
  outputs: Record<string, string>;
}

export interface ResourceRequest {
  readonly logicalId: string;
  readonly properties: Properties;
  /** The physical name: the one that the properties give or one made for this resource. */
  readonly name: string;
  /** Stays the same however often this creation is tried: a client token. */
  readonly token: string;
  /** The resource's own tags, the stack's and CloudFormation's. */
  readonly tags: Tags;
  readonly creationPolicy: Properties | undefined;
  readonly updatePolicy: Properties | undefined;
  readonly clients: StackClients;
  readonly env: Environment;
  readonly scope: Scope;
  readonly stack: { readonly arn: string; readonly name: string; readonly uuid: string };
  readonly nested: NestedStacks;
  /** Physical ids that other resources of the stack have had under this logical id. */
  readonly others: readonly string[];
  /** Cloud time, milliseconds. */
  readonly now: number;
  /** When the work on the resource began, milliseconds. */
  readonly beganMs: number;
  /** Keeps an attribute that only the answer to create holds. */
  remember(attributes: Attributes): void;
}

export interface ExistingRequest extends ResourceRequest {
  readonly physicalId: string;
  /** Signals that this resource received since the operation began, or all that a wait condition's handle ever did. */
  signals(handle?: string): Promise<readonly ReceivedSignal[]>;
}

export interface UpdateRequest extends ExistingRequest {
  readonly previous: Properties;
  readonly previousTags: Tags;
  /** Stays the same however often this update is tried, and no other has it. */
  readonly updateToken: string;
  /** Names of the properties that changed; "Tags" when only tags of the stack did. */
  readonly changed: readonly string[];
  /** True when a failed update is taken back. */
  readonly rollback: boolean;
}

export interface StabilizeRequest extends ExistingRequest {
  readonly operation: "create" | "update";
  /** True when a failed update is taken back. */
  readonly rollback: boolean;
  /** What the last call of stabilize asked to remember. */
  readonly progress: Properties | undefined;
  /** When the create or update began, milliseconds. */
  readonly startedMs: number;
  /** During an update, what changed and how it was. */
  readonly changed: readonly string[];
  readonly previous: Properties | undefined;
}

/** Where waiting stands. Throw ResourceFailure when it will never be ready. */
export interface Stabilization {
  ready: boolean;
  /** The resource's physical id, where that is not known earlier. Another than it had in an update says that it was replaced. */
  physicalId?: string;
  /** In place of all that Fn::GetAtt gave so far. */
  attributes?: Attributes;
  progress?: Properties;
  /** Written to the stack's events, each once. */
  messages?: readonly string[];
  /** When to look again; the engine's own pace without. */
  afterMs?: number;
}

export interface ResourceType {
  readonly type: string;
  /** For types that CloudFormation publishes no schema of, and for tests. */
  readonly schema?: ResourceSchema;
  /** How the physical name is made where the properties give none. */
  readonly name?: NameRule;
  /**
   * Properties that AWS has and this type refuses: a dotted path, with `[]` for the items of a list and
   * `=value` where only that value is refused, and why.
   * They fail before anything is created.
   */
  readonly unsupported?: Readonly<Record<string, string>>;
  /** Properties that demand a new resource besides those of the schema; parts are joined with dots. */
  readonly replacedBy?: readonly string[];
  /** Properties of the schema's createOnly that can be updated after all. */
  readonly keptBy?: readonly string[];
  /** True when a change demands a new resource because of the resource's UpdatePolicy or of other properties. */
  replaces?(
    changed: readonly string[],
    updatePolicy: Properties | undefined,
    properties: Properties,
    previous: Properties,
  ): boolean;
  /** Physical ids of resources whose attributes this one changes once it is there. */
  touches?(properties: Properties): readonly string[];
  /** True when the physical id that create answers stands in for one that stabilize gives. */
  readonly isNamedLater?: boolean;
  /** True for types that may have something to do though no property changed. */
  readonly alwaysUpdated?: boolean;
  /** Keeps what the resource holds before it is deleted, for DeletionPolicy Snapshot; may run twice. */
  snapshot?(request: ExistingRequest): Promise<void>;
  /**
   * Makes the resource and answers its physical id. Is called again when the answer was lost; where the call itself does not
   * recognise that by name or token, `find` must.
   */
  create(request: ResourceRequest): Promise<string>;
  /** The physical id of a resource that an interrupted create may have made. */
  find?(request: ResourceRequest): Promise<string | undefined>;
  /** Further calls that complete a new resource, made once its physical id is recorded; may run twice. */
  configure?(request: ExistingRequest): Promise<void>;
  /** Asked after create and update until it answers true. */
  stabilize?(request: StabilizeRequest): Promise<boolean | Stabilization>;
  /** Changes the resource in place; may run twice. Without it every change makes a new resource. */
  update?(request: UpdateRequest): Promise<void>;
  /** No error when it is gone already: errors that say "not found" count as done. */
  delete(request: ExistingRequest): Promise<void>;
  /** Asked after delete until it answers true. */
  deleted?(request: ExistingRequest): Promise<boolean>;
  /** What Fn::GetAtt gives, by name; read after create and update. */
  attributes?(request: ExistingRequest): Promise<Attributes>;
  /** What Ref gives, where that is not the physical id. */
  ref?(physicalId: string, attributes: Attributes): string;
}

export interface NameRule {
  /** The property that gives the name. */
  property: string;
  maxLength: number;
  lowerCase?: boolean;
  /** What a generated name must end in, such as ".fifo". */
  suffix?: (properties: Properties) => string;
}

/** Why a resource cannot become ready, in the words of the stack's events. */
export class ResourceFailure extends Error {
  /** What a creation that failed has made all the same, to be deleted. */
  readonly physicalId: string | undefined;

  constructor(message: string, physicalId?: string) {
    super(message);
    this.physicalId = physicalId;
  }
}

/** Keeps the literal types of a declaration while checking it. */
export function defineResourceType(definition: ResourceType): ResourceType {
  return definition;
}
