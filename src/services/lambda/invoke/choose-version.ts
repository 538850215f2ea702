/** Which version answers an event: the named one, or one of an alias's by their weights. */
import type { Random } from "#runtime/random.ts";
import type { Transaction } from "#store/store.ts";
import type { FunctionReference } from "../arns.ts";
import { reservedSum } from "../functions/reserve.ts";
import { findVersion } from "../functions/find.ts";
import { functions, latest, provisioned, versions, type VersionRecord } from "../records.ts";
import type { Allowance } from "../environments/pool.ts";
import { limits } from "../limits.ts";

export interface Chosen {
  record: VersionRecord;
  allowance: Allowance;
  /** Environments that stand ready for what was named; undefined where none are asked for. */
  ready: number | undefined;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html. Throws ResourceNotFoundException. */
export async function chooseVersion(
  tx: Transaction,
  reference: FunctionReference,
  random: Pick<Random, "next">,
): Promise<Chosen> {
  const { scope, name } = reference;
  const { record, alias } = await findVersion(tx, reference);
  const own = functions.view(tx, scope, name);
  const kept = await reservedSum(tx, scope);
  const other = alias && drawVersion(alias.weights, random.next());
  return {
    record: (other !== undefined && (await versions.get(tx, scope, name, other))) || record,
    ready: (await standing(tx, reference))?.ready,
    allowance: { reserved: own?.reservedConcurrency, shared: limits.concurrency - kept },
  };
}

async function standing(tx: Transaction, { scope, name, qualifier }: FunctionReference) {
  if (qualifier === undefined || qualifier === latest) return undefined;
  return provisioned.view(tx, scope, name, qualifier);
}

/** `drawn` is in [0, 1); undefined for the alias's main version. */
export function drawVersion(weights: Record<string, number>, drawn: number): string | undefined {
  let sum = 0;
  for (const [version, weight] of Object.entries(weights)) {
    sum += weight;
    if (drawn < sum) return version;
  }
  return undefined;
}
