import type { RequestLaunchTemplateData } from "@aws-sdk/client-ec2";
import { collection, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Tags } from "#services/kit/tags.ts";
import { ec2Error, invalidParameterCombination, missingParameter } from "../errors.ts";
import { checkIdForm } from "../ids.ts";
import { tagOwner } from "../tags.ts";

export interface LaunchTemplateRecord {
  launchTemplateId: string;
  name: string;
  createdMs: number;
  createdBy: string;
  defaultVersion: number;
  latestVersion: number;
  clientToken?: string;
  tags: Tags;
}

export interface LaunchTemplateVersionRecord {
  launchTemplateId: string;
  version: number;
  description?: string;
  createdMs: number;
  createdBy: string;
  /** As the request gave it; it holds no times. */
  data: RequestLaunchTemplateData;
}

export const launchTemplates = collection<LaunchTemplateRecord>("ec2", "launch-template");
/** By template id and version. */
export const launchTemplateVersions = collection<LaunchTemplateVersionRecord>(
  "ec2",
  "launch-template-version",
);

const templateIdNotFound = (id: string) =>
  ec2Error(
    "InvalidLaunchTemplateId.NotFound",
    `The specified launch template, with template ID ${id}, does not exist.`,
  );

const templateNameNotFound = (name: string) =>
  ec2Error(
    "InvalidLaunchTemplateName.NotFoundException",
    `The specified launch template, with template name ${name}, does not exist.`,
  );

/** What DescribeLaunchTemplates says, which names none of them. */
export const someTemplateNotFound = (by: "Id" | "Name") =>
  ec2Error(
    by === "Id"
      ? "InvalidLaunchTemplateId.NotFound"
      : "InvalidLaunchTemplateName.NotFoundException",
    "At least one of the launch templates specified in the request does not exist.",
  );

export const templateNameExists = () =>
  ec2Error(
    "InvalidLaunchTemplateName.AlreadyExistsException",
    "Launch template name already in use.",
  );

const templateVersionNotFound = (template: LaunchTemplateRecord, version: string) =>
  ec2Error(
    "InvalidLaunchTemplateId.VersionNotFound",
    `Could not find the specified version ${version} for the launch template with ID ${template.launchTemplateId}.`,
  );

const templateVersionMalformed = (version: string) =>
  ec2Error("InvalidLaunchTemplateVersion.Malformed", `Invalid launch template version: ${version}`);

export const launchTemplateTags = tagOwner({
  resourceType: "launch-template",
  prefix: "lt",
  records: launchTemplates,
  notFound: templateIdNotFound,
});

export interface TemplateNames {
  LaunchTemplateId?: string | undefined;
  LaunchTemplateName?: string | undefined;
}

/** The template that an id or a name means; exactly one of them must be given. */
export async function findTemplate(
  tx: Transaction,
  scope: Scope,
  { LaunchTemplateId: id, LaunchTemplateName: name }: TemplateNames,
): Promise<LaunchTemplateRecord> {
  if (id && name)
    throw invalidParameterCombination(
      "Either the launch template ID or the launch template name must be specified, but not both.",
    );
  if (id) {
    checkIdForm(id, "lt", "InvalidLaunchTemplateId.Malformed");
    const found = await launchTemplates.get(tx, scope, id);
    if (!found) throw templateIdNotFound(id);
    return found;
  }
  if (!name) throw missingParameter("LaunchTemplateId or LaunchTemplateName");
  const found = (await launchTemplates.list(tx, scope)).find((one) => one.name === name);
  if (!found) throw templateNameNotFound(name);
  return found;
}

/** "3", "$Latest" or "$Default" (also without a version) as a version's record. */
export async function findVersion(
  tx: Transaction,
  scope: Scope,
  template: LaunchTemplateRecord,
  version: string | undefined,
): Promise<LaunchTemplateVersionRecord> {
  const number = versionNumber(template, version);
  const found = await launchTemplateVersions.get(tx, scope, template.launchTemplateId, number);
  if (!found) throw templateVersionNotFound(template, String(number));
  return found;
}

export function versionNumber(template: LaunchTemplateRecord, version: string | undefined): number {
  if (!version || version === "$Default") return template.defaultVersion;
  if (version === "$Latest") return template.latestVersion;
  if (!/^\d{1,15}$/.test(version)) throw templateVersionMalformed(version);
  return Number(version);
}
