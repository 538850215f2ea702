/** What Lambda holds in memory: the environments that run, and the packages that they run. */
import type { OperationName } from "#model/sdk.ts";
import type { Context, Environment, Operation } from "#services/kit/service.ts";
import type { Sampler } from "#services/kit/period-sampler.ts";
import type { SandboxHost } from "#compute/sandbox/sandbox.ts";
import { detectSandboxHost } from "#compute/sandbox/detect.ts";
import { CodeStore } from "./code/code-store.ts";
import { layerPackages } from "./code/code-uses.ts";
import { createDraft } from "./environments/draft.ts";
import { EnvironmentPool } from "./environments/pool.ts";
import type { Pollers } from "./reconcilers/mapping.ts";
import { createLanguages, type Languages } from "./runtimes/languages.ts";
import { createMeasurements, type Measurements } from "./metrics.ts";

export interface LambdaState {
  readonly codes: CodeStore;
  readonly languages: Languages;
  readonly pool: EnvironmentPool;
  readonly measurements: Measurements;
  /** What reads queues, by account, region and mapping. */
  readonly pollers: Pollers;
  /** What ends with the service. */
  readonly samplers: Sampler[];
}

export type LambdaContext = Context<LambdaState>;
export type LambdaOperation<N extends OperationName<"lambda">> = Operation<
  "lambda",
  N,
  LambdaState
>;
/** What code needs that runs for a request as well as for a reconciler. */
export type LambdaEnvironment = Environment & { readonly state: LambdaState };

export function createState(env: Environment): LambdaState {
  const codes = new CodeStore(env);
  const languages = createLanguages();
  let host: Promise<SandboxHost> | undefined;
  const workDir = () => codes.workDir();
  const detect = async () => {
    const found = await detectSandboxHost(await workDir(), env.clock.wall);
    if (found.lacking !== undefined)
      env.log.warn("functions are not kept apart from this host", { reason: found.lacking });
    return found;
  };
  const measurements = createMeasurements();
  const pool = new EnvironmentPool({
    env,
    host: () => (host ??= detect()),
    workDir,
    started(scope, functionName, own, shared) {
      measurements.add(scope, "ConcurrentExecutions", own, functionName);
      if (shared > 0) measurements.add(scope, "UnreservedConcurrentExecutions", shared);
    },
    draft: createDraft(env, { codes, languages }, (record) =>
      env.store.transaction((tx) => layerPackages(tx, record)),
    ),
  });
  return {
    codes,
    languages,
    pool,
    measurements,
    pollers: new Map(),
    samplers: [],
  };
}
