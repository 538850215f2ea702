/** Who may use a layer's version. https://docs.aws.amazon.com/lambda/latest/dg/permissions-layer-cross-account.html */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { notFound } from "../errors.ts";
import { layerArn, readLayerName } from "../layers/layer-arn.ts";
import { layerPermissions, layerVersions } from "../layers/records.ts";
import { documentOf, withoutStatement, withStatement } from "../policies.ts";
import type { PermissionRecord } from "../records.ts";
import type { LambdaContext, LambdaOperation } from "../state.ts";

interface Named {
  LayerName?: string | undefined;
  VersionNumber?: number | undefined;
}

interface Found {
  scope: Scope;
  key: [name: string, version: number];
  present: PermissionRecord | undefined;
}

/** Throws ResourceNotFoundException. */
async function find(tx: Transaction, input: Named, context: LambdaContext): Promise<Found> {
  const { scope, name } = readLayerName(input.LayerName!, context);
  const key: Found["key"] = [name, input.VersionNumber!];
  const layer = await layerVersions.get(tx, scope, ...key);
  if (!layer || layer.isDeleted)
    throw notFound(`Layer version ${layerArn(scope, ...key)} does not exist.`);
  return { scope, key, present: await layerPermissions.get(tx, scope, ...key) };
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html */
export const addLayerVersionPermission: LambdaOperation<"AddLayerVersionPermission"> = async (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const { scope, key, present } = await find(tx, input, context);
    const principal = input.Principal!;
    const statement = {
      Sid: input.StatementId,
      Effect: "Allow",
      Principal:
        principal === "*"
          ? "*"
          : { AWS: principal.startsWith("arn:") ? principal : `arn:aws:iam::${principal}:root` },
      Action: input.Action,
      Resource: layerArn(scope, ...key),
      ...(input.OrganizationId !== undefined && {
        Condition: { StringEquals: { "aws:PrincipalOrgID": input.OrganizationId } },
      }),
    };
    const record = withStatement(present, input, statement, context.random);
    layerPermissions.put(tx, scope, key, record);
    return { Statement: JSON.stringify(statement), RevisionId: record.revisionId };
  });

/** https://docs.aws.amazon.com/lambda/latest/api/API_RemoveLayerVersionPermission.html */
export const removeLayerVersionPermission: LambdaOperation<"RemoveLayerVersionPermission"> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const { scope, key, present } = await find(tx, input, context);
    const left = withoutStatement(present, input, context.random);
    if (left) layerPermissions.put(tx, scope, key, left);
    else layerPermissions.delete(tx, scope, ...key);
  });
  return {};
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionPolicy.html */
export const getLayerVersionPolicy: LambdaOperation<"GetLayerVersionPolicy"> = async (
  input,
  context,
) => {
  const { present } = await context.store.transaction((tx) => find(tx, input, context));
  if (!present) throw notFound("No policy is associated with the given resource.");
  return { Policy: documentOf(present), RevisionId: present.revisionId };
};
