import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { formatArn, parseArn } from "#services/kit/arn.ts";
import { resourceNotFound, tableNotFound, validation } from "../errors.ts";
import type { TablePlace } from "../items/storage.ts";
import { tables, type IndexRecord, type TableRecord } from "../records.ts";

export function tableArn(scope: Scope, name: string): string {
  return formatArn("dynamodb", scope, `table/${name}`);
}

/** Tables may be named by ARN, too. */
export function parseTableName(
  nameOrArn: string | undefined,
  scope: Scope,
): { scope: Scope; name: string } {
  const arn = nameOrArn?.startsWith("arn:") ? parseArn(nameOrArn) : undefined;
  if (!arn)
    return { scope: { account: scope.account, region: scope.region }, name: nameOrArn ?? "" };
  const [, name = ""] = /^table\/([^/]+)$/.exec(arn.resource) ?? [];
  if (arn.service !== "dynamodb" || name === "")
    throw validation(`Invalid table or index ARN: ${nameOrArn}`);
  return { scope: { account: arn.account, region: arn.region }, name };
}

/** Whatever the table's status. Throws ResourceNotFoundException naming the table. */
export async function findTable(
  tx: Transaction,
  nameOrArn: string | undefined,
  scope: Scope,
): Promise<TablePlace> {
  const place = parseTableName(nameOrArn, scope);
  const table = await tables.get(tx, place.scope, place.name);
  if (!table) throw tableNotFound(place.name);
  return { scope: place.scope, table };
}

/** A table whose items can be read and written. Throws ResourceNotFoundException otherwise. */
export function findActiveTable(
  tx: Transaction,
  nameOrArn: string | undefined,
  scope: Scope,
): TablePlace {
  const { scope: owner, name } = parseTableName(nameOrArn, scope);
  const table = tables.view(tx, owner, name);
  if (!table || table.status === "CREATING" || table.status === "DELETING")
    throw resourceNotFound();
  return { scope: owner, table };
}

/** Throws ValidationException when the table has no such index. */
export function findIndex(table: TableRecord, name: string): IndexRecord {
  const index = table.indexes.find((one) => one.name === name);
  if (!index) throw validation(`The table does not have the specified index: ${name}`);
  return index;
}
