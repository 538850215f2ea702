/** Reading parameters: by name, version or label, decrypted or not. */
import { dateOf } from "#runtime/date.ts";
import type { Transaction } from "#store/store.ts";
import type { SsmContext } from "./context.ts";
import { parameterNotFound, parameterVersionNotFound } from "./errors.ts";
import { parameterArn, parseReference } from "./names.ts";
import { publicParameters, type PublicParameter } from "./public-parameters.ts";
import {
  encryptionKeys,
  oldVersions,
  parameters,
  type ParameterRecord,
  type ParameterVersion,
} from "./records.ts";
import { unseal } from "./secure-string.ts";

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
  context: SsmContext,
  record: ParameterRecord,
  version: ParameterVersion,
): ParameterRecord {
  if (version.version !== record.current.version) {
    oldVersions.put(tx, context, [record.name, version.version], version);
    return record;
  }
  const changed = { ...record, current: version };
  parameters.put(tx, context, [record.name], changed);
  return changed;
}

/** A version as the API shows it, with its value in the clear or not. */
export async function parameterShape(
  tx: Transaction,
  context: SsmContext,
  name: string,
  version: ParameterVersion,
  withDecryption: boolean | undefined,
) {
  return {
    Name: name,
    Type: version.type,
    Value: await valueOf(tx, context, name, version, withDecryption),
    Version: version.version,
    LastModifiedDate: dateOf(version.modifiedMs),
    ARN: parameterArn(context, name),
    DataType: version.dataType,
  };
}

export async function valueOf(
  tx: Transaction,
  context: SsmContext,
  name: string,
  version: ParameterVersion,
  withDecryption: boolean | undefined,
): Promise<string> {
  if (version.type !== "SecureString" || !withDecryption) return version.value;
  const key = await encryptionKeys.get(tx, context);
  if (!key) throw new Error("a SecureString is kept, but the key that sealed it is not");
  return unseal(key, parameterArn(context, name), version.value);
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

/**
 * What a request means by a name, an ARN, or either with a selector. Throws ParameterNotFound or,
 * for a version that is not kept, ParameterVersionNotFound.
 */
export async function readParameter(
  tx: Transaction,
  context: SsmContext,
  text: string,
  withDecryption: boolean | undefined,
) {
  const reference = parseReference(text);
  if (!reference) throw parameterNotFound(text);
  const { names, selector } = reference;
  const shown = selector === undefined ? {} : { Selector: `:${selector}` };
  for (const name of names) {
    const isPublic = name.startsWith("/aws/service/");
    const known = isPublic && publicParameters(context.state, context.region).get(name);
    if (known) {
      if (selector !== undefined && selector !== "1")
        throw parameterVersionNotFound(name, selector);
      return { ...publicShape(known), ...shown };
    }
    const record = await parameters.get(tx, context, name);
    if (!record) continue;
    const version = await selectVersion(tx, context, record, selector);
    return { ...(await parameterShape(tx, context, name, version, withDecryption)), ...shown };
  }
  throw parameterNotFound(text);
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

/** Removes a parameter with everything that is known of it. */
export async function deleteParameter(
  tx: Transaction,
  scope: { account: string; region: string },
  name: string,
): Promise<boolean> {
  if (!(await parameters.get(tx, scope, name))) return false;
  for (const { id } of await oldVersions.entries(tx, scope, [name]))
    oldVersions.delete(tx, scope, ...id);
  parameters.delete(tx, scope, name);
  return true;
}
