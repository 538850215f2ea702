/** Finds patch baselines: the account's own and AWS's. */
import type { OperatingSystem } from "@aws-sdk/client-ssm";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { baselineDoesNotExist } from "../errors.ts";
import { awsBaselines } from "./aws-baselines.ts";
import { baselines, defaultBaselines, type BaselineRecord } from "./records.ts";

/** By id, or by ARN where it is AWS's. Throws DoesNotExistException. */
export async function findBaseline(
  tx: Transaction,
  scope: Scope,
  idOrArn: string,
): Promise<BaselineRecord> {
  const id = idOrArn.split("/").at(-1)!;
  const found =
    (await baselines.get(tx, scope, id)) ??
    awsBaselines(scope.region).find((one) => one.id === idOrArn || one.id.endsWith(`/${id}`));
  if (!found) throw baselineDoesNotExist();
  return found;
}

/** The id of the baseline that systems of this kind use, when no patch group says otherwise. */
export async function defaultBaselineId(
  tx: Transaction,
  scope: Scope,
  system: OperatingSystem,
): Promise<string> {
  const chosen = await defaultBaselines.get(tx, scope, system);
  const id =
    chosen?.baselineId ?? awsBaselines(scope.region).find((one) => one.system === system)?.id;
  if (id === undefined) throw baselineDoesNotExist();
  return id;
}
