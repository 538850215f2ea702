/**
 * The environments of one cloud: finds one that is free for a version or starts another, within what
 * the function and the account may run at once.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
import { join } from "node:path";
import type { Timer } from "#runtime/clock.ts";
import type { SandboxHost } from "#compute/sandbox/sandbox.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { tooManyRequests } from "../errors.ts";
import { limits } from "../limits.ts";
import type { VersionRecord } from "../records.ts";
import { ExecutionEnvironment, type Blueprint } from "./execution-environment.ts";

/** What a function may use. */
export interface Allowance {
  /** Undefined for a function that shares with all others. */
  reserved: number | undefined;
  /** What all the others have together. */
  shared: number;
}

export interface PoolOptions {
  env: Pick<Environment, "clients" | "clock" | "log" | "random">;
  host: () => Promise<SandboxHost>;
  /** Makes what an environment of a version needs. */
  draft: (scope: Scope, record: VersionRecord, scratchDir: string) => Promise<Blueprint>;
  workDir: () => Promise<string>;
  /** Told at the start of each event how many run now, of the function and of all that share. */
  started: (scope: Scope, functionName: string, own: number, shared: number) => void;
}

interface Resting {
  environment: ExecutionEnvironment;
  timer: Timer;
}

/** How many programs may come up at the same time: more would only slow each other. */
const startsAtOnce = 4;

export class EnvironmentPool {
  readonly #options: PoolOptions;
  /** Free ones by version, those used last at the end. */
  readonly #resting = new Map<string, Resting[]>();
  /** Events that run, by function and, under the empty name, of all that share. */
  readonly #running = new Map<string, number>();
  /** The same by version. */
  readonly #runningVersions = new Map<string, number>();
  readonly #alive = new Set<ExecutionEnvironment>();
  #isClosed = false;
  #starting = 0;
  readonly #queue: (() => void)[] = [];

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /**
   * Runs `work` with an environment that is its own meanwhile. Throws TooManyRequestsException when
   * as many run as may.
   */
  async use<T>(
    scope: Scope,
    record: VersionRecord,
    allowance: Allowance,
    work: (environment: ExecutionEnvironment) => Promise<T>,
  ): Promise<T> {
    const release = this.#count(scope, record, allowance);
    try {
      const environment = this.#takeResting(scope, record) ?? (await this.#start(scope, record));
      try {
        return await work(environment);
      } finally {
        this.#rest(scope, record, environment);
      }
    } finally {
      release();
    }
  }

  /** How many events of a version run now. */
  runningOf(scope: Scope, { functionName, version }: VersionRecord): number {
    return this.#runningVersions.get(`${placeOf(scope, functionName)} ${version}`) ?? 0;
  }

  /** Whether an environment that is alive was made with a folder, or one that is being made may be. */
  isUsing(folder: string): boolean {
    if (this.#starting > 0) return true;
    for (const { blueprint } of this.#alive)
      if (blueprint.taskDir === folder || blueprint.optDir === folder) return true;
    return false;
  }

  /** Scopes and functions of which events run now. */
  *busy(): Iterable<{ scope: Scope; functionName: string; count: number }> {
    for (const [place, count] of this.#running) {
      const [account, region, functionName] = place.split(" ") as [string, string, string];
      if (count > 0) yield { scope: { account, region }, functionName, count };
    }
  }

  /** Has so many environments of a version stand ready, those that work among them. */
  async warm(scope: Scope, record: VersionRecord, count: number): Promise<void> {
    const resting = this.#resting.get(keyOf(scope, record))?.length ?? 0;
    const present = resting + this.runningOf(scope, record);
    const wanted = Array.from({ length: Math.max(0, count - present) }, async () => {
      const environment = await this.#start(scope, record);
      await environment.whenReady();
      this.#rest(scope, record, environment);
    });
    await Promise.all(wanted);
  }

  /** Ends free environments of a function whose version is not as it was; all when `record` is undefined. */
  async retire(
    scope: Scope,
    functionName: string,
    isKept: (key: string) => boolean,
  ): Promise<void> {
    const start = `${placeOf(scope, functionName)} `;
    for (const [key, resting] of this.#resting) {
      if (!key.startsWith(start) || isKept(key)) continue;
      this.#resting.delete(key);
      await Promise.all(resting.map((one) => this.#end(one)));
    }
  }

  /** Ends all environments, and lets none come up that is still being made. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const resting of this.#resting.values()) for (const { timer } of resting) timer.cancel();
    this.#resting.clear();
    await Promise.all([...this.#alive].map((environment) => environment.end()));
  }

  #count(scope: Scope, record: VersionRecord, allowance: Allowance): () => void {
    const own = placeOf(scope, record.functionName);
    const version = `${own} ${record.version}`;
    const all = placeOf(scope, "");
    const places = allowance.reserved === undefined ? [own, all] : [own];
    const running = (place: string) => this.#running.get(place) ?? 0;
    if (allowance.reserved !== undefined && running(own) >= allowance.reserved)
      throw tooManyRequests("ReservedFunctionConcurrentInvocationLimitExceeded");
    if (allowance.reserved === undefined && running(all) >= allowance.shared)
      throw tooManyRequests("ConcurrentInvocationLimitExceeded");
    for (const place of places) this.#running.set(place, running(place) + 1);
    this.#runningVersions.set(version, (this.#runningVersions.get(version) ?? 0) + 1);
    this.#options.started(scope, record.functionName, running(own), running(all));
    return () => {
      const leftOfVersion = this.#runningVersions.get(version)! - 1;
      if (leftOfVersion > 0) this.#runningVersions.set(version, leftOfVersion);
      else this.#runningVersions.delete(version);
      for (const place of places) {
        const left = running(place) - 1;
        if (left > 0) this.#running.set(place, left);
        else this.#running.delete(place);
      }
    };
  }

  #takeResting(scope: Scope, record: VersionRecord): ExecutionEnvironment | undefined {
    const resting = this.#resting.get(keyOf(scope, record));
    for (let one = resting?.pop(); one; one = resting?.pop()) {
      one.timer.cancel();
      if (one.environment.usable) return one.environment;
      this.#endLater(one.environment);
    }
    return undefined;
  }

  #rest(scope: Scope, record: VersionRecord, environment: ExecutionEnvironment): void {
    if (!environment.usable) return this.#endLater(environment);
    const key = keyOf(scope, record);
    const resting = this.#resting.get(key) ?? [];
    this.#resting.set(key, resting);
    const one: Resting = {
      environment,
      timer: this.#options.env.clock.wall.after(limits.idleMs, () => {
        const at = resting.indexOf(one);
        if (at >= 0) resting.splice(at, 1);
        return this.#end(one);
      }),
    };
    resting.push(one);
  }

  async #start(scope: Scope, record: VersionRecord): Promise<ExecutionEnvironment> {
    const { env, host, draft, workDir } = this.#options;
    if (this.#starting >= startsAtOnce)
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#starting++;
    try {
      const scratchDir = join(await workDir(), "environments", env.random.hex(16));
      const sandboxes = await host();
      const blueprint = await draft(scope, record, scratchDir);
      if (this.#isClosed) throw new Error("functions run no more: the cloud is stopping");
      const environment = new ExecutionEnvironment(env, blueprint);
      this.#alive.add(environment);
      try {
        await environment.start(sandboxes);
      } catch (error) {
        await this.#end({ environment });
        throw error;
      }
      return environment;
    } finally {
      this.#starting--;
      this.#queue.shift()?.();
    }
  }

  #endLater(environment: ExecutionEnvironment): void {
    this.#end({ environment }).catch((error: unknown) =>
      this.#options.env.log.error("a function's environment did not end", { error }),
    );
  }

  async #end({
    environment,
    timer,
  }: Partial<Resting> & Pick<Resting, "environment">): Promise<void> {
    timer?.cancel();
    this.#alive.delete(environment);
    await environment.end();
  }
}

const placeOf = ({ account, region }: Scope, functionName: string) =>
  `${account} ${region} ${functionName}`;

/** A version whose settings or code changed gets environments of its own. */
export const keyOf = (scope: Scope, record: VersionRecord) =>
  `${placeOf(scope, record.functionName)} ${record.version} ${record.revisionId}`;
