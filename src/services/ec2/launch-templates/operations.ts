import type { Ec2Operations } from "../context.ts";
import { createLaunchTemplateVersion } from "./operations/create-launch-template-version.ts";
import { createLaunchTemplate } from "./operations/create-launch-template.ts";
import { deleteLaunchTemplateVersions } from "./operations/delete-launch-template-versions.ts";
import { deleteLaunchTemplate } from "./operations/delete-launch-template.ts";
import { describeLaunchTemplateVersions } from "./operations/describe-launch-template-versions.ts";
import { describeLaunchTemplates } from "./operations/describe-launch-templates.ts";
import { modifyLaunchTemplate } from "./operations/modify-launch-template.ts";

export const launchTemplateOperations: Ec2Operations = {
  CreateLaunchTemplate: createLaunchTemplate,
  CreateLaunchTemplateVersion: createLaunchTemplateVersion,
  DeleteLaunchTemplate: deleteLaunchTemplate,
  DeleteLaunchTemplateVersions: deleteLaunchTemplateVersions,
  DescribeLaunchTemplates: describeLaunchTemplates,
  DescribeLaunchTemplateVersions: describeLaunchTemplateVersions,
  ModifyLaunchTemplate: modifyLaunchTemplate,
};
