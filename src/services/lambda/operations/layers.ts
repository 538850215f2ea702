import { isoMillis } from "#runtime/date.ts";
import type { Output } from "#model/sdk.ts";
import type { Scope } from "#store/collection.ts";
import { withPackage } from "../code/read-package.ts";
import { packageUrl } from "../code/package-site.ts";
import { invalidParameter, notFound } from "../errors.ts";
import { checkLayerAccess } from "../layers/layer-access.ts";
import { layerArn, readLayerArn, readLayerName } from "../layers/layer-arn.ts";
import { putLayerVersion } from "../code/code-uses.ts";
import { layerVersions, type LayerVersionRecord } from "../layers/records.ts";
import { pageOf } from "../paging.ts";
import type { LambdaContext, LambdaOperation } from "../state.ts";

type Listed = NonNullable<Output<"lambda", "ListLayerVersions">["LayerVersions"]>[number];

function listedOf(scope: Scope, record: LayerVersionRecord): Listed {
  return {
    LayerVersionArn: layerArn(scope, record.name, record.version),
    Version: record.version,
    Description: record.description,
    CreatedDate: isoMillis(record.createdMs).replace("Z", "+0000"),
    CompatibleRuntimes: record.runtimes as never,
    LicenseInfo: record.licenseInfo,
    CompatibleArchitectures: record.architectures as never,
  };
}

function shapeOf(scope: Scope, record: LayerVersionRecord, context: LambdaContext) {
  return {
    ...listedOf(scope, record),
    LayerArn: layerArn(scope, record.name),
    Content: {
      Location: packageUrl(context.baseUrl, record.code.sha256),
      CodeSha256: record.code.sha256,
      CodeSize: record.code.sizeBytes,
    },
  };
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html */
export const publishLayerVersion: LambdaOperation<"PublishLayerVersion"> = async (
  input,
  context,
) => {
  const { scope, name } = readLayerName(input.LayerName!, context);
  const { ZipFile, S3Bucket } = input.Content ?? {};
  if (ZipFile === undefined && S3Bucket === undefined) throw invalidParameter("Missing Content");
  const packages = { named: input.Content ?? {}, operation: "PublishLayerVersion" };
  return withPackage(context, packages, async (tx, code) => {
    const present = await layerVersions.list(tx, scope, [name]);
    const record: LayerVersionRecord = {
      name,
      version: (present.at(-1)?.version ?? 0) + 1,
      description: input.Description ?? "",
      licenseInfo: input.LicenseInfo,
      runtimes: input.CompatibleRuntimes,
      architectures: input.CompatibleArchitectures,
      code,
      createdMs: context.clock.now(),
      isDeleted: false,
    };
    putLayerVersion(tx, scope, record);
    return shapeOf(scope, record, context);
  });
};

async function find(context: LambdaContext, scope: Scope, name: string, version: number) {
  return context.store.transaction(async (tx) => {
    const found = await layerVersions.get(tx, scope, name, version);
    if (!found || found.isDeleted) throw notFound("The resource you requested does not exist.");
    await checkLayerAccess(tx, context.principal, { scope, name, version });
    return found;
  });
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersion.html */
export const getLayerVersion: LambdaOperation<"GetLayerVersion"> = async (input, context) => {
  const version = input.VersionNumber!;
  if (version < 1) throw invalidParameter("Layer Version Cannot be less than 1.");
  const { scope, name } = readLayerName(input.LayerName!, context);
  return shapeOf(scope, await find(context, scope, name, version), context);
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionByArn.html */
export const getLayerVersionByArn: LambdaOperation<"GetLayerVersionByArn"> = async (
  input,
  context,
) => {
  const { scope, name, version } = readLayerArn(input.Arn!);
  return shapeOf(scope, await find(context, scope, name, version), context);
};

/** Functions that use it keep it. https://docs.aws.amazon.com/lambda/latest/api/API_DeleteLayerVersion.html */
export const deleteLayerVersion: LambdaOperation<"DeleteLayerVersion"> = async (input, context) => {
  const version = input.VersionNumber!;
  if (version < 1) throw invalidParameter("Layer Version Cannot be less than 1.");
  const { scope, name } = readLayerName(input.LayerName!, context);
  await context.store.transaction(async (tx) => {
    const found = await layerVersions.get(tx, scope, name, version);
    if (found) putLayerVersion(tx, scope, { ...found, isDeleted: true });
  });
  return {};
};

interface Asked {
  CompatibleRuntime?: string | undefined;
  CompatibleArchitecture?: string | undefined;
}

const suits = (record: LayerVersionRecord, asked: Asked) =>
  !record.isDeleted &&
  (asked.CompatibleRuntime === undefined ||
    record.runtimes?.includes(asked.CompatibleRuntime) === true) &&
  (asked.CompatibleArchitecture === undefined ||
    record.architectures?.includes(asked.CompatibleArchitecture) === true);

/** The newest first. https://docs.aws.amazon.com/lambda/latest/api/API_ListLayerVersions.html */
export const listLayerVersions: LambdaOperation<"ListLayerVersions"> = async (input, context) => {
  const { scope, name } = readLayerName(input.LayerName!, context);
  const all = await context.store.transaction((tx) => layerVersions.list(tx, scope, [name]));
  const shown = all.filter((record) => suits(record, input)).sort((a, b) => b.version - a.version);
  const page = pageOf(shown, input, ({ version }) => String(1e9 - version));
  return {
    LayerVersions: page.items.map((record) => listedOf(scope, record)),
    NextMarker: page.NextMarker,
  };
};

/** Each with its newest version. https://docs.aws.amazon.com/lambda/latest/api/API_ListLayers.html */
export const listLayers: LambdaOperation<"ListLayers"> = async (input, context) => {
  const all = await context.store.transaction((tx) => layerVersions.list(tx, context));
  const newest = new Map<string, LayerVersionRecord>();
  for (const record of all) if (suits(record, input)) newest.set(record.name, record);
  const page = pageOf([...newest.values()], input, ({ name }) => name);
  return {
    Layers: page.items.map((record) => ({
      LayerName: record.name,
      LayerArn: layerArn(context, record.name),
      LatestMatchingVersion: listedOf(context, record),
    })),
    NextMarker: page.NextMarker,
  };
};
