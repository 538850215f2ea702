/** Resource ids: a prefix and seventeen hexadecimal digits. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html */
import type { Random } from "#runtime/random.ts";
import type { AwsError } from "#model/error.ts";
import { malformedId } from "./errors.ts";

/** "i" → "i-0123456789abcdef0" */
export function newId(random: Random, prefix: string): string {
  return `${prefix}-0${random.hex(16)}`;
}

/**
 * True for "i-" and eight or seventeen hexadecimal digits; the short form is of the years before 2018.
 * Fleets have a UUID instead.
 */
export function hasIdForm(id: string, prefix: string): boolean {
  if (!id.startsWith(`${prefix}-`)) return false;
  const rest = id.slice(prefix.length + 1);
  if (uuidPrefixes.has(prefix)) return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(rest);
  return /^([0-9a-f]{8}|[0-9a-f]{17})$/.test(rest);
}

const uuidPrefixes: ReadonlySet<string> = new Set(["fleet", "sfr"]);

/** Throws AWS's "Invalid id" error with the code given unless the id has its prefix's form. */
export function checkIdForm(id: string, prefix: string, code: string): void {
  if (!hasIdForm(id, prefix)) throw malformedId(code, id, prefix);
}

export interface IdErrors {
  prefix: string;
  /** "InvalidVpcID.Malformed" and its like. */
  malformedCode: string;
  notFound: (ids: readonly string[]) => AwsError;
}

/**
 * The records of the ids asked for, in the order of `all`; all of them when no ids are given.
 * Throws the malformed or the not-found error as AWS does.
 */
export function selectByIds<T>(
  all: readonly T[],
  ids: readonly string[] | undefined,
  idOf: (record: T) => string,
  errors: IdErrors,
): T[] {
  if (!ids?.length) return [...all];
  for (const id of ids) checkIdForm(id, errors.prefix, errors.malformedCode);
  const wanted = new Set(ids);
  const found = all.filter((record) => wanted.delete(idOf(record)));
  if (wanted.size > 0) throw errors.notFound([...wanted]);
  return found;
}
