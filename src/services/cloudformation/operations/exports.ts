/** The operations that list exports and who imports them. */
import { paginate } from "#services/kit/pagination.ts";
import type { Operation } from "#services/kit/service.ts";
import { validationError } from "../errors.ts";
import { exportedValues } from "../records.ts";
import type { CloudFormationState } from "../state.ts";
import { importers } from "../stack/outputs.ts";

const pageSize = 100;
const invalidToken = () => validationError("NextToken is invalid");

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListExports.html */
export const listExports: Operation<"cloudformation", "ListExports", CloudFormationState> = async (
  { NextToken: token },
  { account, region, store },
) => {
  const all = await store.transaction((tx) => exportedValues.list(tx, { account, region }));
  const { items, nextToken } = paginate(all, {
    limit: pageSize,
    token,
    keyOf: ({ name }) => name,
    invalidToken,
  });
  return {
    Exports: items.map(({ name, value, stackArn }) => ({
      ExportingStackId: stackArn,
      Name: name,
      Value: value,
    })),
    NextToken: nextToken,
  };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListImports.html */
export const listImports: Operation<"cloudformation", "ListImports", CloudFormationState> = async (
  { ExportName: name = "", NextToken: token },
  { account, region, store },
) => {
  const scope = { account, region };
  const names = await store.transaction((tx) => importers(tx, scope, name));
  if (names.length === 0) throw validationError(`Export '${name}' is not imported by any stack.`);
  const page = paginate(names, { limit: pageSize, token, keyOf: (own) => own, invalidToken });
  return { Imports: page.items, NextToken: page.nextToken };
};
