/** Issues what was requested, renews what is used, and lets the rest expire, on the cloud's clock. */
import { X509Certificate } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { certificateUsers } from "#services/kit/load-balancing/certificate-users.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { issue } from "../authority/authority.ts";
import { notice, type Occasion } from "../notices.ts";
import { validatedNames } from "../ownership.ts";
import { certificates, type CertificateRecord } from "../records.ts";
import { isEligible } from "../shapes.ts";
import type { State } from "../state.ts";
import { planCertificate, type Step } from "./plan.ts";

interface Due {
  step: Step;
  /** What was found of its names, where the step depends on it. */
  validated?: string[];
}

export function certificateReconciler(env: Environment, state: State): Reconciler {
  return {
    name: "acm/certificate",
    watches: [{ collection: certificates }],
    async reconcile(scope, [id]) {
      const record = await env.store.transaction((tx) => certificates.get(tx, scope, id!));
      if (!record) return;
      const { step, validated } = await dueFor(scope, record);
      if (step.do === "nothing") return;
      if (step.do === "wait") return { afterMs: step.afterMs };
      const changed = await outcome(step, record, validated);
      await change(scope, id as string, record, changed, occasionOf(step, record));
      if (step.do === "await-validation") return { afterMs: step.afterMs };
    },
  };

  /** Who uses it and who owns its names is asked only where the step hangs on it. */
  async function dueFor(scope: Scope, record: CertificateRecord): Promise<Due> {
    const nowMs = env.clock.now();
    const { material } = record;
    const notAfterMs = material && new X509Certificate(material.certificate).validToDate.getTime();
    const best = { notAfterMs, eligible: true, validated: true };
    const early = planCertificate(record, best, nowMs);
    if (early.do !== "issue" && early.do !== "renew") return { step: early };
    const eligible = early.do === "issue" || (await isUsed(scope, record));
    const validated = await validatedNames(env, scope, record);
    const all = validated.length === record.names.length;
    const step = planCertificate(record, { notAfterMs, eligible, validated: all }, nowMs);
    return { step, validated };
  }

  async function isUsed(scope: Scope, record: CertificateRecord): Promise<boolean> {
    const users = (await certificateUsers(env, scope, "acm.amazonaws.com")).get(record.arn) ?? [];
    return isEligible(record, users);
  }

  async function outcome(
    step: Step,
    record: CertificateRecord,
    validated: string[] | undefined,
  ): Promise<Partial<CertificateRecord>> {
    const updatedMs = env.clock.now();
    if (step.do === "time-out")
      return { status: "VALIDATION_TIMED_OUT", ...(validated && { validated }) };
    if (step.do === "expire")
      return {
        status: "EXPIRED",
        ...(record.renewal?.status === "PENDING_VALIDATION" && {
          renewal: { status: "FAILED", updatedMs },
        }),
      };
    if (step.do === "await-validation")
      return {
        ...(validated && { validated }),
        ...(record.status === "ISSUED" &&
          record.renewal?.status !== "PENDING_VALIDATION" && {
            renewal: { status: "PENDING_VALIDATION", updatedMs },
          }),
      };
    const authority = await state.authority();
    const issued = await issue(env, authority, record.names, record.keyAlgorithm);
    const issuedMs = env.clock.now();
    return {
      status: "ISSUED",
      issuedMs,
      validated: record.names,
      material: {
        certificate: issued.certificatePem,
        chain: authority.certificate.toString(),
        key: issued.keyPem,
      },
      ...(step.do === "renew" && { renewal: { status: "SUCCESS", updatedMs: issuedMs } }),
    };
  }

  async function change(
    scope: Scope,
    id: string,
    seen: CertificateRecord,
    changed: Partial<CertificateRecord>,
    occasion: Occasion | undefined,
  ): Promise<void> {
    await env.store.transaction(async (tx) => {
      const present = await certificates.get(tx, scope, id);
      // What was deleted, revoked or imported anew meanwhile is another matter.
      if (present?.arn !== seen.arn || present.material?.key !== seen.material?.key) return;
      if (present.status !== seen.status) return;
      const next = { ...present, ...changed };
      if (isDeepStrictEqual(next, present)) return;
      certificates.put(tx, scope, [id], next);
      if (occasion) notice(tx, scope, id, next, occasion, env.clock.now());
    });
  }
}

/** What is told of a step that changed the certificate; of the end of an imported one, nothing. */
function occasionOf(
  step: Step,
  { status, type, renewal }: CertificateRecord,
): Occasion | undefined {
  if (step.do === "issue") return { what: "available", action: "ISSUANCE" };
  if (step.do === "renew") return { what: "available", action: "RENEWAL" };
  if (step.do === "expire" && type !== "IMPORTED") return { what: "expired" };
  const asks = step.do === "await-validation" && status === "ISSUED";
  if (asks && renewal?.status !== "PENDING_VALIDATION") return { what: "renewal-action-required" };
  return undefined;
}
