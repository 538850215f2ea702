/** What EventBridge is to be told of certificates. https://docs.aws.amazon.com/acm/latest/userguide/supported-events.html */
import { X509Certificate } from "node:crypto";
import { dateOf } from "#runtime/date.ts";
import { collection, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { CertificateRecord } from "./records.ts";

export type Occasion =
  | { what: "available"; action: "ISSUANCE" | "RENEWAL" | "IMPORT" | "REIMPORT" }
  | { what: "approaching-expiration"; daysToExpiry: number }
  | { what: "renewal-action-required" }
  | { what: "expired" }
  | { what: "revoked" };

export interface NoticeRecord {
  occasion: Occasion;
  arn: string;
  atMs: number;
  type: CertificateRecord["type"];
  commonName: string;
  validationMethod: CertificateRecord["validationMethod"];
  createdMs: number;
  notAfterMs: number;
  exported: boolean;
  exportable: boolean;
}

/** [the certificate's id, when it happened, what happened] */
export const notices = collection<NoticeRecord>("acm", "notice");

/** Notes what happened to a certificate that has its material. */
export function notice(
  tx: Transaction,
  scope: Scope,
  id: string,
  record: CertificateRecord,
  occasion: Occasion,
  nowMs: number,
): void {
  notices.put(tx, scope, [id, nowMs, occasion.what], {
    occasion,
    arn: record.arn,
    atMs: nowMs,
    type: record.type,
    commonName: record.domainName,
    validationMethod: record.validationMethod,
    createdMs: record.createdMs,
    notAfterMs: new X509Certificate(record.material!.certificate).validToDate.getTime(),
    exported: record.exported,
    exportable: record.exportOption === "ENABLED",
  });
}

const detailTypes = {
  available: "ACM Certificate Available",
  "approaching-expiration": "ACM Certificate Approaching Expiration",
  "renewal-action-required": "ACM Certificate Renewal Action Required",
  expired: "ACM Certificate Expired",
  revoked: "ACM Certificate Revoked",
} as const;

const dayMs = 86_400_000;

/** Whether the event says if the certificate is in use, which takes questions to find out. */
export function tellsOfUse({ occasion: { what } }: NoticeRecord): boolean {
  return what !== "approaching-expiration" && what !== "revoked";
}

export function eventOf(
  { occasion, atMs, type, commonName, validationMethod, ...facts }: NoticeRecord,
  inUse: boolean,
): { detailType: string; detail: Record<string, unknown> } {
  const detailType = detailTypes[occasion.what];
  if (occasion.what === "approaching-expiration")
    return {
      detailType,
      detail: { DaysToExpiry: occasion.daysToExpiry, CommonName: commonName },
    };
  const CertificateExpirationDate = textOf(facts.notAfterMs);
  const identity = { CertificateType: type, CommonName: commonName };
  if (occasion.what === "revoked")
    return {
      detailType,
      detail: { ...identity, CertificateExpirationDate, Exportable: facts.exportable },
    };
  return {
    detailType,
    detail: {
      ...(occasion.what === "available" && { Action: occasion.action }),
      ...identity,
      ...(validationMethod !== undefined && { DomainValidationMethod: validationMethod }),
      ...(occasion.what === "renewal-action-required"
        ? { RenewalStatusReason: "PENDING_DOMAIN_VALIDATION" }
        : { CertificateCreatedDate: textOf(facts.createdMs) }),
      CertificateExpirationDate,
      ...(occasion.what !== "expired" && {
        DaysToExpiry: Math.floor((facts.notAfterMs - atMs) / dayMs),
      }),
      InUse: inUse,
      Exported: facts.exported,
    },
  };
}

function textOf(timeMs: number): string {
  return dateOf(timeMs)
    .toISOString()
    .replace(/\.\d+Z$/, "Z");
}
