/** Runs one event: finds its version, an environment, and counts what came of it. */
import { functionArn, type FunctionReference } from "../arns.ts";
import { NoProgram } from "../environments/draft.ts";
import { noEntrypoint, type Outcome } from "../environments/outcome.ts";
import { functionPending } from "../errors.ts";
import type { LambdaEnvironment } from "../state.ts";
import { chooseVersion } from "./choose-version.ts";
import { addProvisioned } from "../metrics.ts";
import { traceId } from "./trace-id.ts";
import { AwsError } from "#model/error.ts";

export interface RunRequest {
  reference: FunctionReference;
  requestId: string;
  payload: Uint8Array;
  clientContext: string | undefined;
}

export interface Ran extends Outcome {
  /** Its number, or "$LATEST". */
  version: string;
}

/** Throws AWS's error when the function is not there, is not ready, or may not run more at once. */
export async function runEvent(env: LambdaEnvironment, request: RunRequest): Promise<Ran> {
  const { reference, requestId, payload, clientContext } = request;
  const { scope, name, qualifier } = reference;
  const { state } = env;
  const { record, allowance, ready } = await env.store.transaction((tx) =>
    chooseVersion(tx, reference, env.random),
  );
  const arn = functionArn(scope, name, qualifier);
  if (record.state !== "Active") throw functionPending(record.state);
  const resource = qualifier === undefined ? undefined : `${name}:${qualifier}`;
  const count = (metric: Parameters<typeof state.measurements.add>[1], value: number) =>
    state.measurements.add(scope, metric, value, name, resource);
  // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html
  const isSpilled = state.pool.runningOf(scope, record) >= (ready ?? 0);
  try {
    const invocation = {
      requestId,
      payload,
      clientContext,
      functionArn: arn,
      traceId: traceId(env),
    };
    const outcome = await state.pool.use(scope, record, allowance, (environment) => {
      if (ready !== undefined && qualifier !== undefined) {
        const running = state.pool.runningOf(scope, record);
        addProvisioned(state.measurements, scope, {
          functionName: name,
          qualifier,
          running,
          ready,
        });
      }
      return environment.invoke(invocation);
    });
    count("Invocations", 1);
    if (ready !== undefined)
      count(
        isSpilled
          ? "ProvisionedConcurrencySpilloverInvocations"
          : "ProvisionedConcurrencyInvocations",
        1,
      );
    count("Errors", outcome.status === "success" ? 0 : 1);
    count("Duration", outcome.durationMs);
    return { ...outcome, version: record.version };
  } catch (error) {
    if (error instanceof AwsError && error.code === "TooManyRequestsException")
      count("Throttles", 1);
    if (!(error instanceof NoProgram)) throw error;
    count("Invocations", 1);
    count("Errors", 1);
    return {
      payload: noEntrypoint(requestId),
      functionError: "Unhandled",
      status: "failure",
      durationMs: 0,
      logTail: "",
      version: record.version,
    };
  }
}
