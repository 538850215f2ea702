import type { LaunchTemplate, LaunchTemplateVersion } from "@aws-sdk/client-ec2";
import { dateOf } from "#runtime/date.ts";
import type { LaunchContext } from "../context.ts";
import { resolveImageId } from "../instances/run/image-id.ts";
import type { LaunchTemplateRecord, LaunchTemplateVersionRecord } from "./records.ts";
import { shownTags } from "../tags.ts";

export function describeTemplate(template: LaunchTemplateRecord): LaunchTemplate {
  return {
    LaunchTemplateId: template.launchTemplateId,
    LaunchTemplateName: template.name,
    CreateTime: dateOf(template.createdMs),
    CreatedBy: template.createdBy,
    DefaultVersionNumber: template.defaultVersion,
    LatestVersionNumber: template.latestVersion,
    Tags: shownTags(template.tags),
  };
}

export function describeVersion(
  template: LaunchTemplateRecord,
  version: LaunchTemplateVersionRecord,
): LaunchTemplateVersion {
  return {
    LaunchTemplateId: template.launchTemplateId,
    LaunchTemplateName: template.name,
    VersionNumber: version.version,
    VersionDescription: version.description,
    CreateTime: dateOf(version.createdMs),
    CreatedBy: version.createdBy,
    DefaultVersion: version.version === template.defaultVersion,
    // The response's shape has the request's members under the same names.
    LaunchTemplateData: version.data,
  };
}

/** With the image that its alias, "resolve:ssm:…", means now. */
export async function resolved(
  context: LaunchContext,
  version: LaunchTemplateVersion,
): Promise<LaunchTemplateVersion> {
  const { LaunchTemplateData: data } = version;
  if (!data?.ImageId?.startsWith("resolve:")) return version;
  const ImageId = await resolveImageId(context, data.ImageId);
  return { ...version, LaunchTemplateData: { ...data, ImageId } };
}
