/** Tells daily of certificates that are about to end. https://docs.aws.amazon.com/acm/latest/APIReference/API_PutAccountConfiguration.html */
import { X509Certificate } from "node:crypto";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { limits } from "../limits.ts";
import { notice } from "../notices.ts";
import { accounts, certificates } from "../records.ts";
import { planExpiryNotice } from "./expiry-plan.ts";

export function expiryNotices(env: Environment): Reconciler {
  return {
    name: "acm/expiry",
    watches: [{ collection: certificates }],
    async reconcile(scope, [id]) {
      const nowMs = env.clock.now();
      return env.store.transaction(async (tx) => {
        const record = await certificates.get(tx, scope, id!);
        if (record?.status !== "ISSUED" || !record.material) return;
        const account = await accounts.get(tx, scope, "account");
        const { certificate } = record.material;
        const notAfterMs = new X509Certificate(certificate).validToDate.getTime();
        const told =
          record.expiryTold?.notAfterMs === notAfterMs ? record.expiryTold.days : undefined;
        const daysBefore = account?.daysBeforeExpiry ?? limits.daysBeforeExpiry;
        const { tell, afterMs } = planExpiryNotice(notAfterMs - nowMs, daysBefore, told);
        if (tell !== undefined) {
          certificates.put(tx, scope, [id!], { ...record, expiryTold: { notAfterMs, days: tell } });
          const occasion = { what: "approaching-expiration", daysToExpiry: tell } as const;
          notice(tx, scope, id as string, record, occasion, nowMs);
        }
        return afterMs === undefined ? undefined : { afterMs };
      });
    },
  };
}
