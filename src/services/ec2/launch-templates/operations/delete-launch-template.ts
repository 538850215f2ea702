import type { Ec2Operation } from "../../context.ts";
import { missingParameter } from "../../errors.ts";
import { forgetToken } from "../../idempotency.ts";
import { describeTemplate } from "../describe.ts";
import { findTemplate, launchTemplates, launchTemplateVersions } from "../records.ts";

export const deleteLaunchTemplate: Ec2Operation<"DeleteLaunchTemplate"> = async (
  input,
  context,
) => {
  if (!input.LaunchTemplateId && !input.LaunchTemplateName)
    throw missingParameter("launch template ID or launch template name");
  const template = await context.store.transaction(async (tx) => {
    const found = await findTemplate(tx, context, input);
    const { launchTemplateId } = found;
    for (const { version } of await launchTemplateVersions.list(tx, context, [launchTemplateId]))
      launchTemplateVersions.delete(tx, context, launchTemplateId, version);
    launchTemplates.delete(tx, context, launchTemplateId);
    forgetToken(tx, context, "CreateLaunchTemplate", found.clientToken);
    return found;
  });
  return { LaunchTemplate: describeTemplate(template) };
};
