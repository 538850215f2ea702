/** What is due for a certificate. Pure; the reconciler does it. */
import { limits } from "../limits.ts";
import type { CertificateRecord } from "../records.ts";

export type Step =
  | { do: "issue" }
  | { do: "renew" }
  | { do: "expire" }
  | { do: "wait"; afterMs: number }
  | { do: "nothing" };

const dayMs = 86_400_000;

/** `notAfterMs` is the end of the certificate's validity; `eligible` says whether it is used or exported. */
export function planCertificate(
  record: Pick<CertificateRecord, "status" | "type" | "createdMs" | "renewal">,
  notAfterMs: number | undefined,
  eligible: boolean,
  nowMs: number,
): Step {
  if (record.status === "PENDING_VALIDATION") {
    const leftMs = record.createdMs + limits.validationMs - nowMs;
    return leftMs > 0 ? { do: "wait", afterMs: leftMs } : { do: "issue" };
  }
  if (record.status !== "ISSUED" || notAfterMs === undefined) return { do: "nothing" };
  if (record.renewal?.status === "PENDING_AUTO_RENEWAL") return { do: "renew" };
  const renewsMs = notAfterMs - limits.renewalDays * dayMs;
  if (eligible && nowMs >= renewsMs) return { do: "renew" };
  if (nowMs >= notAfterMs) return { do: "expire" };
  if (record.type === "IMPORTED") return { do: "wait", afterMs: notAfterMs - nowMs };
  // It may come into use meanwhile.
  if (nowMs >= renewsMs) return { do: "wait", afterMs: Math.min(dayMs, notAfterMs - nowMs) };
  return { do: "wait", afterMs: renewsMs - nowMs };
}
