import type { Ec2Operation } from "../../context.ts";
import { findTemplate, launchTemplateVersions, versionNumber } from "../records.ts";

/** Deletes what it can; each version that it cannot is named with its reason. */
export const deleteLaunchTemplateVersions: Ec2Operation<"DeleteLaunchTemplateVersions"> = async (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const template = await findTemplate(tx, context, input);
    const names = {
      LaunchTemplateId: template.launchTemplateId,
      LaunchTemplateName: template.name,
    };
    const deleted = [];
    const refused = [];
    for (const text of input.Versions ?? []) {
      const VersionNumber = versionNumber(template, text);
      const id = [template.launchTemplateId, VersionNumber] as const;
      const item = { ...names, VersionNumber };
      if (VersionNumber === template.defaultVersion)
        refused.push({
          ...item,
          ResponseError: {
            Code: "unexpectedError" as const,
            Message: `The default version of a launch template can't be deleted: ${VersionNumber}.`,
          },
        });
      else if (await launchTemplateVersions.get(tx, context, ...id)) {
        launchTemplateVersions.delete(tx, context, ...id);
        deleted.push(item);
      } else
        refused.push({
          ...item,
          ResponseError: {
            Code: "launchTemplateVersionDoesNotExist" as const,
            Message: `The launch template version ${VersionNumber} does not exist.`,
          },
        });
    }
    return {
      SuccessfullyDeletedLaunchTemplateVersions: deleted,
      UnsuccessfullyDeletedLaunchTemplateVersions: refused,
    };
  });
