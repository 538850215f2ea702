import type { Transaction } from "#store/store.ts";
import type { Ec2Context, Ec2Input, Ec2Operation } from "../../context.ts";
import { ec2Error, invalidParameterValue } from "../../errors.ts";
import { applyFilters, filterTime, type FilterTable } from "../../filters.ts";
import { pageOf } from "../../paging.ts";
import { describeVersion, resolved } from "../describe.ts";
import {
  findTemplate,
  findVersion,
  launchTemplates,
  launchTemplateVersions,
  type LaunchTemplateRecord,
  type LaunchTemplateVersionRecord,
} from "../records.ts";

interface Row {
  template: LaunchTemplateRecord;
  version: LaunchTemplateVersionRecord;
}

const filters: FilterTable<Row> = {
  "create-time": ({ version }) => filterTime(version.createdMs),
  "ebs-optimized": ({ version }) => version.data.EbsOptimized,
  "http-endpoint": ({ version }) => version.data.MetadataOptions?.HttpEndpoint,
  "http-protocol-ipv4": () => undefined,
  "http-tokens": ({ version }) => version.data.MetadataOptions?.HttpTokens,
  "iam-instance-profile": ({ version }) => version.data.IamInstanceProfile?.Arn,
  "image-id": ({ version }) => version.data.ImageId,
  "instance-type": ({ version }) => version.data.InstanceType,
  "is-default-version": ({ template, version }) => version.version === template.defaultVersion,
  "kernel-id": () => undefined,
  "ram-disk-id": () => undefined,
};

/** AWS's own sentence, with its quotation marks. */
const howToAsk =
  "To describe the launch template data for all your launch templates, for ‘--versions’ specify ‘$Latest’, ‘$Default’, or both, and omit ‘--launch-template-id’, ‘--launch-template-name’, and version numbers. To describe the launch template data for a specific launch template, specify ‘--launch-template-id’ or ‘--launch-template-name’, and for ‘--versions’ specify one or more of the following values: ‘$Latest’, ‘$Default’, or one or more version numbers.";

type Request = Ec2Input<"DescribeLaunchTemplateVersions">;

export const describeLaunchTemplateVersions: Ec2Operation<
  "DescribeLaunchTemplateVersions"
> = async (input, context) => {
  const rows = await context.store.transaction((tx) => readRows(tx, context, input));
  const filtered = applyFilters(rows, input.Filters, filters);
  // Newest first, as AWS lists them.
  const position = ({ template, version }: Row) =>
    `${template.launchTemplateId}/${String(1e15 - version.version)}`;
  const { items, NextToken } = pageOf(filtered, input, position, {
    least: 1,
    most: 200,
    usual: 200,
  });
  const shown = items.map((row) => describeVersion(row.template, row.version));
  if (!input.ResolveAlias) return { LaunchTemplateVersions: shown, NextToken };
  const LaunchTemplateVersions = [];
  for (const one of shown) LaunchTemplateVersions.push(await resolved(context, one));
  return { LaunchTemplateVersions, NextToken };
};

async function readRows(tx: Transaction, context: Ec2Context, input: Request): Promise<Row[]> {
  const named = input.LaunchTemplateId || input.LaunchTemplateName;
  const { Versions } = input;
  if (!named) {
    if (!Versions?.length) throw ec2Error("MissingParameter", howToAsk);
    if (Versions.some((version) => version !== "$Latest" && version !== "$Default"))
      throw invalidParameterValue(howToAsk);
  }
  const templates = named
    ? [await findTemplate(tx, context, input)]
    : await launchTemplates.list(tx, context);
  const rows: Row[] = [];
  for (const template of templates) {
    const found = new Map<number, LaunchTemplateVersionRecord>();
    if (Versions?.length)
      for (const text of Versions) {
        const version = await findVersion(tx, context, template, text);
        found.set(version.version, version);
      }
    else
      for (const version of await launchTemplateVersions.list(tx, context, [
        template.launchTemplateId,
      ]))
        found.set(version.version, version);
    for (const version of found.values())
      if (within(version.version, input)) rows.push({ template, version });
  }
  return rows;
}

function within(version: number, { MinVersion, MaxVersion }: Request): boolean {
  return (
    (MinVersion === undefined || version >= Number(MinVersion)) &&
    (MaxVersion === undefined || version <= Number(MaxVersion))
  );
}
