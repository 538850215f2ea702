import { createHash } from "node:crypto";
import type { Operation } from "#services/kit/service.ts";
import { invalidDomainValidation, limitExceeded, unsupported, validationError } from "../errors.ts";
import { certificateArn } from "../find.ts";
import { limits } from "../limits.ts";
import { certificates, type CertificateRecord } from "../records.ts";
import type { State } from "../state.ts";
import { readTags } from "../tagging.ts";

const requestable = ["RSA_2048", "EC_prime256v1", "EC_secp384r1"];

/** https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html */
export const requestCertificate: Operation<"acm", "RequestCertificate", State> = async (
  input,
  context,
) => {
  const { DomainName: domainName, ValidationMethod: method = "EMAIL" } = input;
  if (input.CertificateAuthorityArn !== undefined)
    throw unsupported("private certificate authorities");
  if (input.ManagedBy !== undefined || method === "HTTP")
    throw unsupported("certificates managed by CloudFront and HTTP validation");
  const keyAlgorithm = input.KeyAlgorithm ?? "RSA_2048";
  if (!requestable.includes(keyAlgorithm))
    throw validationError(
      `The key algorithm ${keyAlgorithm} cannot be requested; it is for imported certificates only.`,
    );
  const names = [...new Set([domainName!, ...(input.SubjectAlternativeNames ?? [])])].map((name) =>
    name.toLowerCase(),
  );
  if (names[0]!.length > limits.commonNameCharacters)
    throw validationError(
      `The first domain name can have at most ${limits.commonNameCharacters} characters.`,
    );
  if (names.length > limits.namesPerCertificate)
    throw limitExceeded(
      `The maximum number of domain names in a certificate is ${limits.namesPerCertificate}.`,
    );
  const tags = readTags(input.Tags);
  const token = tokenOf(input);
  const nowMs = context.clock.now();
  return context.store.transaction(async (tx) => {
    const all = await certificates.list(tx, context);
    const present = token && all.find((record) => isSame(record, token, nowMs));
    if (present) return { CertificateArn: present.arn };
    if (all.length >= limits.certificatesPerRegion)
      throw limitExceeded("You have reached the maximum number of certificates.");
    const id = context.random.uuid();
    const record: CertificateRecord = {
      arn: certificateArn(context, id),
      type: "AMAZON_ISSUED",
      status: "PENDING_VALIDATION",
      domainName: names[0]!,
      names,
      keyAlgorithm,
      validationMethod: method,
      validationDomains: validationDomains(names, input.DomainValidationOptions),
      createdMs: nowMs,
      ...(token && { token }),
      transparencyLogging: input.Options?.CertificateTransparencyLoggingPreference ?? "ENABLED",
      exportOption: input.Options?.Export ?? "DISABLED",
      exported: false,
      tags,
    };
    certificates.put(tx, context, [id], record);
    return { CertificateArn: record.arn };
  });
};

function tokenOf({
  IdempotencyToken: value,
  ...members
}: {
  IdempotencyToken?: string | undefined;
}) {
  if (value === undefined) return undefined;
  return { value, digest: createHash("sha256").update(JSON.stringify(members)).digest("hex") };
}

function isSame(
  record: CertificateRecord,
  token: NonNullable<CertificateRecord["token"]>,
  nowMs: number,
): boolean {
  return (
    record.token?.value === token.value &&
    record.token.digest === token.digest &&
    nowMs - record.createdMs < limits.tokenMs
  );
}

function validationDomains(
  names: readonly string[],
  options: readonly {
    DomainName?: string | undefined;
    ValidationDomain?: string | undefined;
  }[] = [],
): Record<string, string> {
  const domains: Record<string, string> = {};
  for (const { DomainName = "", ValidationDomain = "" } of options) {
    const name = DomainName.toLowerCase();
    if (!names.includes(name))
      throw invalidDomainValidation(
        `The domain name ${DomainName} is not in the list of domains of the certificate.`,
      );
    if (name !== ValidationDomain && !name.endsWith(`.${ValidationDomain}`))
      throw invalidDomainValidation(
        `The validation domain ${ValidationDomain} must be the domain ${DomainName} or a superdomain of it.`,
      );
    domains[name] = ValidationDomain;
  }
  return domains;
}
