/** What is due for a certificate. Pure; the reconciler does it. */
import { limits } from "../limits.ts";
import type { CertificateRecord } from "../records.ts";

export type Step =
  | { do: "issue" }
  | { do: "renew" }
  /** Notes which names are validated so far. */
  | { do: "await-validation"; afterMs: number }
  | { do: "time-out" }
  | { do: "expire" }
  | { do: "wait"; afterMs: number }
  | { do: "nothing" };

/** What the world says of it. */
export interface Circumstances {
  /** The end of its validity; undefined before it is issued. */
  notAfterMs: number | undefined;
  /** It is used or was exported. */
  eligible: boolean;
  /** All of its names are validated. */
  validated: boolean;
}

const dayMs = 86_400_000;
const quarterHourMs = 900_000;

export function planCertificate(
  record: Pick<CertificateRecord, "status" | "type" | "createdMs" | "renewal">,
  { notAfterMs, eligible, validated }: Circumstances,
  nowMs: number,
): Step {
  if (record.status === "PENDING_VALIDATION") return planValidation(record, validated, nowMs);
  if (record.status !== "ISSUED" || notAfterMs === undefined) return { do: "nothing" };
  if (nowMs >= notAfterMs)
    return isOverslept(record, { eligible, validated }) ? { do: "renew" } : { do: "expire" };
  const leftMs = notAfterMs - nowMs;
  if (record.type === "IMPORTED") return { do: "wait", afterMs: leftMs };
  const beginsMs = leftMs - limits.renewalDays * dayMs;
  const isAsked =
    record.renewal?.status === "PENDING_AUTO_RENEWAL" ||
    record.renewal?.status === "PENDING_VALIDATION";
  if (!isAsked && beginsMs > 0) return { do: "wait", afterMs: beginsMs };
  // It may come into use meanwhile.
  if (!isAsked && !eligible) return { do: "wait", afterMs: Math.min(dayMs, leftMs) };
  if (validated) return { do: "renew" };
  return { do: "await-validation", afterMs: Math.min(quarterHourMs * 4, leftMs) };
}

/**
 * Nobody looked in the weeks before its end, because the clock was advanced past them or Fogbank did not run:
 * AWS would have renewed it then.
 */
function isOverslept(
  { type, renewal }: Pick<CertificateRecord, "type" | "renewal">,
  { eligible, validated }: Pick<Circumstances, "eligible" | "validated">,
): boolean {
  return type !== "IMPORTED" && eligible && validated && renewal?.status !== "PENDING_VALIDATION";
}

/** It looks often at first: whoever waits has just added the record. */
function planValidation(
  { createdMs }: Pick<CertificateRecord, "createdMs">,
  validated: boolean,
  nowMs: number,
): Step {
  const ageMs = nowMs - createdMs;
  if (ageMs < limits.validationMs) return { do: "wait", afterMs: limits.validationMs - ageMs };
  if (validated) return { do: "issue" };
  const leftMs = limits.validationTimeoutMs - ageMs;
  if (leftMs <= 0) return { do: "time-out" };
  const afterMs = Math.min(Math.max(limits.validationMs, ageMs / 10), quarterHourMs, leftMs);
  return { do: "await-validation", afterMs };
}
