import type { Ec2Operation } from "../../context.ts";
import { ec2Error, invalidParameterCombination, missingParameter } from "../../errors.ts";
import { describeTemplate } from "../describe.ts";
import {
  findTemplate,
  launchTemplates,
  launchTemplateVersions,
  versionNumber,
} from "../records.ts";

export const modifyLaunchTemplate: Ec2Operation<"ModifyLaunchTemplate"> = async (
  input,
  context,
) => {
  if (input.LaunchTemplateId && input.LaunchTemplateName)
    throw invalidParameterCombination(
      "Either provide launch template ID or launch template name to modify the template.",
    );
  if (!input.DefaultVersion) throw missingParameter("SetDefaultVersion");
  const template = await context.store.transaction(async (tx) => {
    const found = await findTemplate(tx, context, input);
    const version = versionNumber(found, input.DefaultVersion);
    if (!(await launchTemplateVersions.get(tx, context, found.launchTemplateId, version)))
      throw ec2Error(
        "InvalidLaunchTemplateId.VersionNotFound",
        `The launch template version ${version} is not found for the specified launch template.`,
      );
    const changed = { ...found, defaultVersion: version };
    launchTemplates.put(tx, context, [found.launchTemplateId], changed);
    return changed;
  });
  return { LaunchTemplate: describeTemplate(template) };
};
