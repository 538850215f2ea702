/** Issues what was requested, renews what is used, and lets the rest expire, on the cloud's clock. */
import { X509Certificate } from "node:crypto";
import { certificateUsers } from "#services/kit/load-balancing/certificate-users.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { issue } from "../authority/authority.ts";
import { certificates, type CertificateRecord } from "../records.ts";
import { isEligible } from "../shapes.ts";
import type { State } from "../state.ts";
import { planCertificate } from "./plan.ts";

export function certificateReconciler(env: Environment, state: State): Reconciler {
  return {
    name: "acm/certificate",
    watches: [{ collection: certificates }],
    async reconcile(scope, [id]) {
      const record = await env.store.transaction((tx) => certificates.get(tx, scope, id!));
      if (!record) return;
      const step = await planFor(scope, record);
      if (step.do === "wait") return { afterMs: step.afterMs };
      if (step.do === "nothing") return;
      if (step.do === "expire")
        return change(scope, id as string, record, (present) => ({
          ...present,
          status: "EXPIRED",
        }));
      const authority = await state.authority();
      const issued = await issue(env, authority, record.names, record.keyAlgorithm);
      const nowMs = env.clock.now();
      await change(scope, id as string, record, (present) => ({
        ...present,
        status: "ISSUED",
        issuedMs: nowMs,
        material: {
          certificate: issued.certificatePem,
          chain: authority.certificate.toString(),
          key: issued.keyPem,
        },
        ...(step.do === "renew" && { renewal: { status: "SUCCESS", updatedMs: nowMs } }),
      }));
    },
  };

  async function planFor(scope: Scope, record: CertificateRecord) {
    const nowMs = env.clock.now();
    const { material } = record;
    if (!material) return planCertificate(record, undefined, false, nowMs);
    const notAfterMs = new X509Certificate(material.certificate).validToDate.getTime();
    // Who uses it matters only when it is about to end.
    const early = planCertificate(record, notAfterMs, true, nowMs);
    if (early.do !== "renew" || record.renewal?.status === "PENDING_AUTO_RENEWAL") return early;
    const users = (await certificateUsers(env, scope, "acm.amazonaws.com")).get(record.arn) ?? [];
    return planCertificate(record, notAfterMs, isEligible(record, users), nowMs);
  }

  async function change(
    scope: Scope,
    id: string,
    seen: CertificateRecord,
    changed: (present: CertificateRecord) => CertificateRecord,
  ): Promise<void> {
    await env.store.transaction(async (tx) => {
      const present = await certificates.get(tx, scope, id);
      // What was deleted or imported anew meanwhile is another matter.
      if (present?.arn !== seen.arn || present.material?.key !== seen.material?.key) return;
      certificates.put(tx, scope, [id], changed(present));
    });
  }
}
