/** Takes secrets through the steps of their rotation, and begins those that are due. */
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { secrets, type SecretRecord } from "../records.ts";
import { afterFailure, afterStep, beginRotation, steps } from "../rotation.ts";

export function rotationReconciler(env: Environment): Reconciler {
  const { store, clock, random, log } = env;

  /** Why the step failed; undefined when it did not. */
  const takeStep = async (scope: Scope, { arn, rotation, rotating }: SecretRecord) => {
    const lambda = env.clients.lambda(asService(scope, "secretsmanager.amazonaws.com", arn));
    const event = {
      Step: steps[rotating!.step],
      SecretId: arn,
      ClientRequestToken: rotating!.versionId,
    };
    try {
      const { FunctionError, Payload } = await lambda.Invoke({
        FunctionName: rotation!.lambdaArn,
        Payload: Buffer.from(JSON.stringify(event)) as never,
      });
      if (FunctionError === undefined) return undefined;
      return `${FunctionError}: ${Buffer.from((Payload as Uint8Array | undefined) ?? []).toString()}`;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return `${error.code}: ${error.message}`;
    }
  };
  const settle = (scope: Scope, before: SecretRecord, failure: string | undefined) =>
    store.transaction(async (tx) => {
      const secret = await secrets.get(tx, scope, before.name);
      const { versionId, step } = before.rotating!;
      // Deleted, or called off, meanwhile.
      if (secret?.rotating?.versionId !== versionId || secret.rotating.step !== step) return;
      const next = failure === undefined ? afterStep(secret, clock.now()) : undefined;
      secrets.put(tx, scope, [secret.name], next ?? afterFailure(secret, clock.now()));
    });

  return {
    name: "secretsmanager/rotation",
    watches: [{ collection: secrets }],
    async reconcile(scope, [name]) {
      const secret = await store.transaction((tx) => secrets.get(tx, scope, name!));
      const nowMs = clock.now();
      if (!secret || secret.deletionMs !== undefined) return;
      // A replica is rotated where its primary is.
      if (secret.primaryRegion !== undefined && secret.primaryRegion !== scope.region) return;
      const { rotating, rotation } = secret;
      if (rotating) {
        const { retryMs = 0 } = rotating;
        if (retryMs > nowMs) return { afterMs: retryMs - nowMs };
        const failure = await takeStep(scope, secret);
        if (failure !== undefined)
          log.warn("a secret's rotation failed", {
            ...scope,
            secret: secret.arn,
            step: steps[rotating.step],
            failure,
          });
        await settle(scope, secret, failure);
        return;
      }
      if (!rotation?.enabled || rotation.nextMs === undefined) return;
      if (rotation.nextMs > nowMs) return { afterMs: rotation.nextMs - nowMs };
      await store.transaction(async (tx) => {
        const now = await secrets.get(tx, scope, name!);
        if (now?.rotation?.enabled && !now.rotating)
          secrets.put(tx, scope, [now.name], beginRotation(now, random.uuid(), nowMs));
      });
    },
  };
}
