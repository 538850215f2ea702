import { readFunction } from "../arns.ts";
import { functionPending, invalidParameter, preconditionFailed } from "../errors.ts";
import { configurationOf } from "../functions/configuration.ts";
import { findFunction } from "../functions/find.ts";
import { publish } from "../functions/publish.ts";
import { latest, versions } from "../records.ts";
import type { LambdaOperation } from "../state.ts";

/** https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html */
export const publishVersion: LambdaOperation<"PublishVersion"> = async (input, context) => {
  const reference = readFunction(input.FunctionName, context);
  const { scope, name } = reference;
  return context.store.transaction(async (tx) => {
    const own = await findFunction(tx, reference);
    const record = (await versions.get(tx, scope, name, latest))!;
    if (input.RevisionId !== undefined && input.RevisionId !== record.revisionId)
      throw preconditionFailed();
    if (input.CodeSha256 !== undefined && input.CodeSha256 !== record.code.sha256)
      throw invalidParameter(
        `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${record.code.sha256}). Please try again with the CodeSHA256 in $LATEST.`,
      );
    if (record.state !== "Active") throw functionPending(record.state);
    const published = await publish(tx, scope, own, record, context, input.Description);
    return configurationOf(scope, published, published.version);
  });
};
