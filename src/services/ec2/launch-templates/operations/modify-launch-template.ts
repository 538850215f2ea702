import type { Ec2Operation } from "../../context.ts";
import { missingParameter } from "../../errors.ts";
import { describeTemplate } from "../describe.ts";
import { findTemplate, findVersion, launchTemplates } from "../records.ts";

export const modifyLaunchTemplate: Ec2Operation<"ModifyLaunchTemplate"> = async (
  input,
  context,
) => {
  if (!input.DefaultVersion) throw missingParameter("SetDefaultVersion");
  const template = await context.store.transaction(async (tx) => {
    const found = await findTemplate(tx, context, input);
    const { version } = await findVersion(tx, context, found, input.DefaultVersion);
    const changed = { ...found, defaultVersion: version };
    launchTemplates.put(tx, context, [found.launchTemplateId], changed);
    return changed;
  });
  return { LaunchTemplate: describeTemplate(template) };
};
