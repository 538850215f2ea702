/** How the owner of a domain is asked, as DescribeCertificate shows it. */
import { createHash } from "node:crypto";
import type { DomainValidation } from "@aws-sdk/client-acm";
import type { Scope } from "#store/collection.ts";
import type { CertificateRecord } from "./records.ts";

/** https://docs.aws.amazon.com/acm/latest/userguide/email-validation.html */
const mailboxes = ["administrator", "hostmaster", "postmaster", "webmaster", "admin"];

/** Of the request, or of the renewal that follows it. */
export function domainValidations(
  scope: Scope,
  record: CertificateRecord,
  about: "request" | "renewal",
): DomainValidation[] {
  const method = record.validationMethod;
  if (method === undefined) return [];
  return record.names.map((name) => {
    const domain = record.validationDomains[name] ?? name;
    const common = {
      DomainName: name,
      ValidationDomain: domain,
      ValidationStatus: statusOf(record, about, name),
    } as const;
    if (method === "DNS")
      return { ...common, ValidationMethod: method, ResourceRecord: resourceRecord(scope, name) };
    const base = domain.replace(/^\*\./, "");
    const ValidationEmails = mailboxes.map((mailbox) => `${mailbox}@${base}`);
    return { ...common, ValidationMethod: method, ValidationEmails };
  });
}

/** What was issued had been validated; its renewal may wait for a name again. */
function statusOf(
  { status, renewal, validated }: CertificateRecord,
  about: "request" | "renewal",
  name: string,
) {
  const state = about === "request" ? status : renewal?.status;
  if (validated?.includes(name)) return "SUCCESS";
  if (state === "PENDING_VALIDATION") return "PENDING_VALIDATION";
  return state === "VALIDATION_TIMED_OUT" || state === "FAILED" ? "FAILED" : "SUCCESS";
}

/** The same for one account and domain always; a wildcard's is its parent's. */
export function resourceRecord({ account }: Scope, name: string) {
  const domain = name.replace(/^\*\./, "");
  const digest = (what: string) =>
    createHash("sha256").update(`${what} ${account} ${domain}`).digest("hex").slice(0, 32);
  return {
    Name: `_${digest("name")}.${domain}.`,
    Type: "CNAME" as const,
    Value: `_${digest("value")}.acm-validations.aws.`,
  };
}
