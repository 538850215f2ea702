/** The policies of functions and of layers' versions, which grow and shrink by a statement at a time. */
import type { Random } from "#runtime/random.ts";
import { conflict, notFound, policyTooLong, preconditionFailed } from "./errors.ts";
import { limits } from "./limits.ts";
import type { PermissionRecord } from "./records.ts";

interface Change {
  StatementId?: string | undefined;
  RevisionId?: string | undefined;
}

export const documentOf = ({ statements }: PermissionRecord) =>
  JSON.stringify({ Version: "2012-10-17", Id: "default", Statement: statements });

/** Throws AWS's errors. */
export function withStatement(
  present: PermissionRecord | undefined,
  { StatementId, RevisionId }: Change,
  statement: Record<string, unknown>,
  random: Random,
): PermissionRecord {
  if (RevisionId !== undefined && RevisionId !== present?.revisionId) throw preconditionFailed();
  const statements = present?.statements ?? [];
  if (statements.some((one) => one["Sid"] === StatementId))
    throw conflict(
      `The statement id (${StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  const record = { statements: [...statements, statement], revisionId: random.uuid() };
  const sizeBytes = Buffer.byteLength(documentOf(record));
  if (sizeBytes > limits.policyBytes) throw policyTooLong(sizeBytes, limits.policyBytes);
  return record;
}

/** Undefined once the last statement has gone. Throws AWS's errors. */
export function withoutStatement(
  present: PermissionRecord | undefined,
  { StatementId, RevisionId }: Change,
  random: Random,
): PermissionRecord | undefined {
  if (!present) throw notFound("No policy is associated with the given resource.");
  if (RevisionId !== undefined && RevisionId !== present.revisionId) throw preconditionFailed();
  const statements = present.statements.filter((one) => one["Sid"] !== StatementId);
  if (statements.length === present.statements.length)
    throw notFound(`Statement ${StatementId} is not found in resource policy.`);
  return statements.length === 0 ? undefined : { statements, revisionId: random.uuid() };
}
