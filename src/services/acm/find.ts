/** Finds a certificate by its ARN, with AWS's errors when there is none. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { formatArn, parseArn } from "#services/kit/arn.ts";
import { certificateNotFound, invalidArn } from "./errors.ts";
import { certificates, type CertificateRecord } from "./records.ts";

export function certificateArn(scope: Scope, id: string): string {
  return formatArn("acm", scope, `certificate/${id}`);
}

function idOf(arn: string | undefined): string {
  const parsed = parseArn(arn ?? "");
  const match = parsed?.service === "acm" ? /^certificate\/([\w-]+)$/.exec(parsed.resource) : null;
  if (!match) throw invalidArn(arn ?? "");
  return match[1]!;
}

export async function findCertificate(
  tx: Transaction,
  scope: Scope,
  arn: string | undefined,
): Promise<{ id: string; record: CertificateRecord }> {
  const id = idOf(arn);
  const record = await certificates.get(tx, scope, id);
  if (record?.arn !== arn) throw certificateNotFound(arn!);
  return { id, record: record! };
}
