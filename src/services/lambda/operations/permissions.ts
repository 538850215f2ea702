import { functionArn, readFunction } from "../arns.ts";
import { invalidParameter, notFound } from "../errors.ts";
import { findFunction, findVersion } from "../functions/find.ts";
import { documentOf, withoutStatement, withStatement } from "../policies.ts";
import { permissions } from "../records.ts";
import type { LambdaOperation } from "../state.ts";

/** https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html */
export const addPermission: LambdaOperation<"AddPermission"> = async (input, context) => {
  const reference = readFunction(input.FunctionName, context, input.Qualifier);
  const { scope, name, qualifier } = reference;
  const statement = statementOf(input, functionArn(scope, name, qualifier));
  return context.store.transaction(async (tx) => {
    await findFunction(tx, reference);
    await findVersion(tx, reference);
    const key: [string, string] = [name, qualifier ?? ""];
    const present = await permissions.get(tx, scope, ...key);
    const record = withStatement(present, input, statement, context.random);
    permissions.put(tx, scope, key, record);
    return { Statement: JSON.stringify(statement) };
  });
};

type Given = Parameters<LambdaOperation<"AddPermission">>[0];

/** https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html */
function statementOf(input: Given, resource: string): Record<string, unknown> {
  const principal = input.Principal!;
  const conditions: Record<string, Record<string, string>> = {};
  const add = (operator: string, key: string, value: string | undefined) => {
    if (value !== undefined) conditions[operator] = { ...conditions[operator], [key]: value };
  };
  add("StringEquals", "AWS:SourceAccount", input.SourceAccount);
  add("ArnLike", "AWS:SourceArn", input.SourceArn);
  add("StringEquals", "lambda:EventSourceToken", input.EventSourceToken);
  add("StringEquals", "aws:PrincipalOrgID", input.PrincipalOrgID);
  add("StringEquals", "lambda:FunctionUrlAuthType", input.FunctionUrlAuthType);
  if (input.InvokedViaFunctionUrl !== undefined)
    add("Bool", "lambda:InvokedViaFunctionUrl", String(input.InvokedViaFunctionUrl));
  return {
    Sid: input.StatementId,
    Effect: "Allow",
    Principal: readPrincipal(principal),
    Action: input.Action,
    Resource: resource,
    ...(Object.keys(conditions).length > 0 && { Condition: conditions }),
  };
}

function readPrincipal(text: string): unknown {
  if (text === "*") return "*";
  if (/^\d{12}$/.test(text)) return { AWS: `arn:aws:iam::${text}:root` };
  if (text.startsWith("arn:")) return { AWS: text };
  if (/^[\w-]+(\.[\w-]+)*\.amazonaws\.com(\.cn)?$/.test(text)) return { Service: text };
  throw invalidParameter(
    `The provided principal was invalid. Please check the principal and try again.`,
  );
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html */
export const removePermission: LambdaOperation<"RemovePermission"> = async (input, context) => {
  const reference = readFunction(input.FunctionName, context, input.Qualifier);
  const { scope, name, qualifier = "" } = reference;
  await context.store.transaction(async (tx) => {
    await findFunction(tx, reference);
    const present = await permissions.get(tx, scope, name, qualifier);
    const left = withoutStatement(present, input, context.random);
    if (left) permissions.put(tx, scope, [name, qualifier], left);
    else permissions.delete(tx, scope, name, qualifier);
  });
  return {};
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html */
export const getPolicy: LambdaOperation<"GetPolicy"> = async (input, context) => {
  const reference = readFunction(input.FunctionName, context, input.Qualifier);
  const { scope, name, qualifier = "" } = reference;
  const found = await context.store.transaction(async (tx) => {
    await findFunction(tx, reference);
    return permissions.get(tx, scope, name, qualifier);
  });
  if (!found) throw notFound("The resource you requested does not exist.");
  return { Policy: documentOf(found), RevisionId: found.revisionId };
};
