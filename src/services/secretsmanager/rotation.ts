/** Rotation by functions of Lambda, in four steps. https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html */
import { nextRunOf } from "#services/kit/schedule.ts";
import { invalidParameter } from "./errors.ts";
import { dayMs } from "./limits.ts";
import type { RotationRecord, SecretRecord, VersionFacts } from "./records.ts";
import { current, pending, versionWith } from "./stages.ts";

export const steps = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;
const testStep = steps.indexOf("testSecret");

/** How often the whole of a rotation is tried, and how long after a failure. */
const mostAttempts = 5;
function retryAfterMs(attempts: number): number {
  return Math.min(10 * 2 ** attempts, 300) * 1000;
}

const shortestRateMs = 4 * 3_600_000;

/** When the secret is to be rotated next. Throws InvalidParameterException for what is no schedule. */
export function nextRotationMs(
  { days, schedule }: Pick<RotationRecord, "days" | "schedule">,
  afterMs: number,
): number | undefined {
  if (days !== undefined) return afterMs + days * dayMs;
  if (schedule === undefined) return undefined;
  const next = nextRunOf(schedule, afterMs, () =>
    invalidParameter("ScheduleExpression is not a rate or cron expression."),
  );
  const isRate = schedule.startsWith("rate(");
  if (isRate && next !== undefined && next - afterMs < shortestRateMs)
    throw invalidParameter("A secret can be rotated every four hours at most.");
  return next;
}

/** With a new version, still without a value, that the function is to make current. */
export function beginRotation(
  secret: SecretRecord,
  versionId: string,
  nowMs: number,
  only?: "test",
): SecretRecord {
  const versions: Record<string, VersionFacts> = {};
  for (const [id, facts] of Object.entries(secret.versions))
    versions[id] = { ...facts, stages: facts.stages.filter((stage) => stage !== pending) };
  const known = versions[versionId] ?? { createdMs: nowMs, stages: [] };
  versions[versionId] = { ...known, stages: [...known.stages, pending] };
  const step = only ? testStep : 0;
  return {
    ...secret,
    versions,
    rotating: { versionId, step, attempts: 0, ...(only && { only }) },
  };
}

/** After a step that succeeded; undefined when the function did not do what its last step is for. */
export function afterStep(secret: SecretRecord, nowMs: number): SecretRecord | undefined {
  const { rotating, ...rest } = secret;
  const { rotation } = secret;
  if (!rotating || !rotation) return rest;
  if (rotating.only) {
    const versions = Object.fromEntries(
      Object.entries(secret.versions).filter(([id]) => id !== rotating.versionId),
    );
    return { ...rest, versions };
  }
  const step = rotating.step + 1;
  if (step < steps.length) return { ...secret, rotating: { ...rotating, step } };
  if (versionWith(secret, current) !== rotating.versionId) return undefined;
  const nextMs = rotation.enabled ? nextRotationMs(rotation, nowMs) : undefined;
  return { ...rest, rotation: { ...rotation, lastMs: nowMs, nextMs } };
}

/** After a step that failed: from the first step again, until it has been tried often enough. */
export function afterFailure(secret: SecretRecord, nowMs: number): SecretRecord {
  const { rotating, ...rest } = secret;
  const { rotation } = secret;
  if (!rotating || !rotation) return rest;
  const attempts = rotating.attempts + 1;
  if (attempts >= mostAttempts || rotating.only) {
    const nextMs = rotation.enabled ? nextRotationMs(rotation, nowMs) : undefined;
    return { ...rest, rotation: { ...rotation, nextMs } };
  }
  const retryMs = nowMs + retryAfterMs(attempts);
  return { ...secret, rotating: { ...rotating, step: 0, attempts, retryMs } };
}

export function shownRotation({ rotation }: SecretRecord) {
  if (!rotation) return {};
  const { days, schedule, duration } = rotation;
  const rules = {
    ...(days !== undefined && { AutomaticallyAfterDays: days }),
    ...(schedule !== undefined && { ScheduleExpression: schedule }),
    ...(duration !== undefined && { Duration: duration }),
  };
  return {
    RotationEnabled: rotation.enabled,
    RotationLambdaARN: rotation.lambdaArn,
    ...(Object.keys(rules).length > 0 && { RotationRules: rules }),
  };
}
