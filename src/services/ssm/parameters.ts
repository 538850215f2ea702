/** Reading parameters: by name, version or label, decrypted or not. */
import { dateOf } from "#runtime/date.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { SsmContext } from "./context.ts";
import { parameterNotFound, parameterVersionNotFound } from "./errors.ts";
import { parameterArn, parseReference, spellingsOf } from "./names.ts";
import { publicParameters, type PublicParameter } from "./public-parameters.ts";
import { oldVersions, parameters, type ParameterRecord, type ParameterVersion } from "./records.ts";
import { unseal } from "./secure-string.ts";

/** By its name, which without further levels may have a leading slash or none. */
export async function findRecord(
  tx: Transaction,
  scope: Scope,
  name: string,
): Promise<ParameterRecord | undefined> {
  for (const spelling of spellingsOf(name)) {
    const record = await parameters.get(tx, scope, spelling);
    if (record) return record;
  }
  return undefined;
}

/** Every version that is kept, oldest first. */
export async function versionsOf(
  tx: Transaction,
  context: SsmContext,
  { name, current }: ParameterRecord,
): Promise<ParameterVersion[]> {
  return [...(await oldVersions.list(tx, context, [name])), current];
}

/** Writes a changed version back to where it lies. */
export function putVersion(
  tx: Transaction,
  scope: Scope,
  record: ParameterRecord,
  version: ParameterVersion,
): ParameterRecord {
  if (version.version !== record.current.version) {
    oldVersions.put(tx, scope, [record.name, version.version], version);
    return record;
  }
  const changed = { ...record, current: version };
  parameters.put(tx, scope, [record.name], changed);
  return changed;
}

/** A version as the API shows it, with its value in the clear or not. */
export async function parameterShape(
  context: SsmContext,
  name: string,
  version: ParameterVersion,
  withDecryption: boolean | undefined,
) {
  return {
    Name: name,
    Type: version.type,
    Value: await valueOf(context, name, version, withDecryption),
    Version: version.version,
    LastModifiedDate: dateOf(version.modifiedMs),
    ARN: parameterArn(context, name),
    DataType: version.dataType,
  };
}

/** Asks KMS, so that no transaction may be open. */
export async function valueOf(
  context: SsmContext,
  name: string,
  version: ParameterVersion,
  withDecryption: boolean | undefined,
): Promise<string> {
  if (version.type !== "SecureString" || !withDecryption) return version.value;
  return unseal(context, parameterArn(context, name), version.value);
}

export function publicShape(parameter: PublicParameter) {
  return {
    Name: parameter.name,
    Type: "String" as const,
    Value: parameter.value,
    Version: 1,
    LastModifiedDate: dateOf(parameter.modifiedMs),
    ARN: parameter.arn,
    DataType: parameter.dataType,
  };
}

type Found =
  | { known: PublicParameter; selector: string | undefined }
  | { name: string; version: ParameterVersion; selector: string | undefined };

/**
 * What a request means by a name, an ARN, or either with a selector. Throws ParameterNotFound or,
 * for a version that is not kept, ParameterVersionNotFound.
 */
export async function findParameter(
  tx: Transaction,
  context: SsmContext,
  text: string,
): Promise<Found> {
  const reference = parseReference(text);
  if (!reference) throw parameterNotFound(text);
  const { names, selector } = reference;
  for (const name of names) {
    const isPublic = name.startsWith("/aws/service/");
    const known = isPublic && publicParameters(context.state, context.region).get(name);
    if (known) {
      if (selector !== undefined && selector !== "1")
        throw parameterVersionNotFound(name, selector);
      return { known, selector };
    }
    const record = await findRecord(tx, context, name);
    if (!record) continue;
    const version = await selectVersion(tx, context, record, selector);
    return { name: record.name, version, selector };
  }
  throw parameterNotFound(text);
}

export async function showParameter(
  context: SsmContext,
  found: Found,
  withDecryption: boolean | undefined,
) {
  const { selector } = found;
  const shape =
    "known" in found
      ? publicShape(found.known)
      : await parameterShape(context, found.name, found.version, withDecryption);
  return { ...shape, ...(selector !== undefined && { Selector: `:${selector}` }) };
}

async function selectVersion(
  tx: Transaction,
  context: SsmContext,
  record: ParameterRecord,
  selector: string | undefined,
): Promise<ParameterVersion> {
  if (selector === undefined) return record.current;
  if (/^\d+$/.test(selector)) {
    const number = Number(selector);
    if (number === record.current.version) return record.current;
    const old = await oldVersions.get(tx, context, record.name, number);
    if (!old) throw parameterVersionNotFound(record.name, selector);
    return old;
  }
  const all = await versionsOf(tx, context, record);
  const labelled = all.find(({ labels }) => labels.includes(selector));
  if (!labelled) throw parameterVersionNotFound(record.name, selector);
  return labelled;
}

/** Removes a parameter with everything that is known of it; gives what it was. */
export async function deleteParameter(
  tx: Transaction,
  scope: Scope,
  name: string,
): Promise<ParameterRecord | undefined> {
  const record = await findRecord(tx, scope, name);
  if (!record) return undefined;
  for (const { id } of await oldVersions.entries(tx, scope, [record.name]))
    oldVersions.delete(tx, scope, ...id);
  parameters.delete(tx, scope, record.name);
  return record;
}
