import { AwsError } from "#model/error.ts";
import type { Operation } from "#services/kit/service.ts";
import { tables } from "../records.ts";
import type { DynamoState } from "../state.ts";
import { parseTableName } from "../tables/find.ts";

/**
 * Continuous backups are "enabled" for every table of AWS, which says nothing yet; what counts is
 * point-in-time recovery, and that cannot be switched on here.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html
 */
export const describeContinuousBackups: Operation<
  "dynamodb",
  "DescribeContinuousBackups",
  DynamoState
> = async (input, context) => {
  const { scope, name } = parseTableName(input.TableName, context);
  const table = await context.store.transaction((tx) => tables.get(tx, scope, name));
  if (!table)
    throw new AwsError({ code: "TableNotFoundException", message: `Table not found: ${name}` });
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: "ENABLED",
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: "DISABLED" },
    },
  };
};
