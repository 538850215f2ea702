/** What a service is made of, and what its operations are handed. */
import type { Clock } from "#runtime/clock.ts";
import type { Log } from "#runtime/log.ts";
import type { Random } from "#runtime/random.ts";
import type { Collection, Scope } from "#store/collection.ts";
import type { Store } from "#store/store.ts";
import type { ComputeDriver } from "#compute/driver.ts";
import type { ByteStream, HttpReply, HttpRequest } from "#http/http.ts";
import type { Input, OperationName, Output, ServiceName } from "#model/sdk.ts";
import type { SharedPlane } from "#traffic/shared-plane.ts";
import type { GroupDirectory } from "./group-directory.ts";
import type { NameDirectory } from "./name-directory.ts";
import type { Reconciler } from "./reconciler.ts";

/** Who calls: what IAM would put into `aws:PrincipalArn` and CloudTrail into userIdentity. */
export interface Principal {
  readonly type: "root" | "user" | "assumed-role" | "federated-user" | "service" | "anonymous";
  readonly account: string;
  readonly arn: string;
  /** The unique id: an account id, AIDA…, or AROA…:session. */
  readonly userId: string;
  readonly accessKeyId?: string;
  /** For a service: the resource on whose behalf it calls, `aws:SourceArn` in policies. */
  readonly sourceArn?: string;
}

/** A secret that verifies signatures, and whom it stands for. */
export interface Credential {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  /** Milliseconds since the epoch, system time; undefined never expires. */
  expiresMs?: number;
  principal: Principal;
}

export interface Caller extends Scope {
  readonly principal: Principal;
  /** The request's id when one request causes another. */
  readonly requestId?: string;
}

/** Calls a service's operations in this process, checked and typed like a request from outside. */
export type Client<S extends ServiceName> = {
  readonly [N in OperationName<S>]: (input: Input<S, N>) => Promise<Output<S, N>>;
};

export type Clients = {
  readonly [S in ServiceName]: (caller: Caller) => Client<S>;
};

/** What the composition root hands every service. */
export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly store: Store;
  readonly compute: ComputeDriver;
  readonly clients: Clients;
  /** Where files beside the store live; undefined in a cloud that keeps nothing. */
  readonly dataDir: string | undefined;
  readonly gateway: GatewayAddress;
  /** The region of a request that names none. */
  readonly defaultRegion: string;
  /** Names of what runs, for the DNS server. */
  readonly names: NameDirectory;
  /** What security groups let through. */
  readonly groups: GroupDirectory;
  /** What moves the bytes of load balancers. */
  readonly traffic: SharedPlane;
  /** Where the DNS server listens; 0 takes a free port. Undefined where names are asked for in this process only. */
  readonly dns: { readonly host: string; readonly port: number } | undefined;
}

export interface GatewayAddress {
  /** "http://127.0.0.1:4566": where the gateway is reached from this machine. */
  readonly endpoint: string;
  readonly host: string;
  readonly port: number;
}

/** One request, whether it came over the wire or from another service. */
export interface RequestContext extends Environment, Scope {
  readonly principal: Principal;
  readonly requestId: string;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** The base URL by which the client addressed Fogbank; queue URLs and the like start with it. */
  readonly baseUrl: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** Neither signature nor host name named a region: `region` is the default one. */
  readonly isRegionAssumed?: boolean;
}

/** A request as one service sees it: with that service's own volatile state. */
export type Context<State = undefined> = RequestContext & { readonly state: State };

export type Operation<S extends ServiceName, N extends OperationName<S>, State = never> = (
  input: Input<S, N>,
  context: Context<State>,
) => Promise<Output<S, N>>;

export type Operations<S extends ServiceName, State> = {
  [N in OperationName<S>]?: (input: Input<S, N>, context: Context<State>) => Promise<Output<S, N>>;
};

/** Traffic on the gateway's port that is no API call: a load balancer's host name, a metadata path. */
export interface Site {
  /** Decided from the request line and headers alone, before the API is considered. */
  matches(request: HttpRequest): boolean;
  /**
   * Answers under a host that names nothing local, if it is this site's own; undefined otherwise. Asked
   * only about requests that are refused else.
   */
  handleForeign?(request: HttpRequest): Promise<HttpReply | undefined>;
  /** `identifyCaller` is the gateway's; without a gateway nobody is known. */
  handle(request: HttpRequest, identifyCaller?: IdentifyCaller): HttpReply | Promise<HttpReply>;
}

/** Who signed a request, and its payload, verified as it is read. Throws AWS's error for a wrong signature. */
export type IdentifyCaller = (
  request: HttpRequest,
) => Promise<{ readonly caller: Principal; readonly body: ByteStream }>;

/** Decides in the gateway's place which pages of browsers may call. */
export interface CrossOriginRules {
  /**
   * The headers that let the asking page read the reply; empty when it may not. Undefined when the
   * request is for nothing that has rules of its own.
   */
  headersFor(request: HttpRequest): HttpReply["headers"] | undefined;
}

/**
 * What Fogbank offers beyond AWS's API, as JSON under /_fogbank/NAME, to callers on its own machine.
 * Throws RangeError for a wish that cannot be, with a sentence for the person who made it.
 */
export type OwnEndpoint = (wish: OwnWish) => Promise<unknown>;

export interface OwnWish {
  readonly method: "GET" | "POST" | "DELETE";
  /** What stands behind the name in the path: "fault-0123…". */
  readonly item: string | undefined;
  /** The parsed body; undefined without one. */
  readonly body: unknown;
  /** As the query's `account` and `region` say, else the defaults. */
  readonly scope: Scope;
}

export interface ServiceDefinition<S extends ServiceName, State = undefined> {
  readonly name: S;
  readonly operations: Operations<S, State>;
  /** Memory that may be lost: waiters, sockets, caches. Made once per cloud, at the first use. */
  readonly createState?: (env: Environment) => State;
  readonly reconcilers?: (env: Environment, state: State) => Reconciler[];
  readonly sites?: (env: Environment, state: State) => Site[];
  /** For services whose resources say themselves which pages may call, as S3's buckets do. */
  readonly crossOrigin?: (env: Environment, state: State) => CrossOriginRules;
  /** Finds an access key that this service issued. */
  readonly findCredential?: (
    env: Environment,
    state: State,
    accessKeyId: string,
  ) => Promise<Credential | undefined>;
  /** By name; `cloud/registry.ts` says which service has which. */
  readonly ownEndpoints?: (env: Environment, state: State) => Record<string, OwnEndpoint>;
  /** Starts data planes and samplers; called once, after the state was made. */
  readonly start?: (env: Environment, state: State) => Promise<void> | void;
  /** Resolves once what there was before the start serves again. Until then requests wait. */
  readonly ready?: (env: Environment, state: State) => Promise<void>;
  /**
   * Ends what `start` started, and waits for what it has under way. Called by stop, by reset before the store
   * is emptied, and for a service that could not be loaded. Others that still stop may call operations afterwards.
   */
  readonly stop?: (env: Environment, state: State) => Promise<void> | void;
  /**
   * Records that come and go with time alone, such as metrics, and change nothing that a reconciler looks at:
   * steady passes rest on while they are written.
   */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly measurements?: readonly Collection<any>[];
  /** Operations that AWS has and that answer only partly here, or behave differently: for COVERAGE.md. */
  readonly differences?: readonly Difference[];
}

export interface Difference {
  /** The operation, or "*" for the service as a whole. */
  operation: string;
  /** What a user of AWS would expect and does not find, in one sentence. */
  differs: string;
}

/** A service with its types forgotten, as the composition root keeps it. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyServiceDefinition = ServiceDefinition<any, any>;

export function defineService<S extends ServiceName, State = undefined>(
  definition: ServiceDefinition<S, State>,
): ServiceDefinition<S, State> {
  return definition;
}
