import type { Ec2Operation } from "../../context.ts";
import { findByToken, rememberToken } from "../../idempotency.ts";
import { newId } from "../../ids.ts";
import { tagsFor } from "../../tags.ts";
import { checkTemplateData } from "../data.ts";
import { describeTemplate } from "../describe.ts";
import { launchTemplates, launchTemplateVersions, templateNameExists } from "../records.ts";

export const createLaunchTemplate: Ec2Operation<"CreateLaunchTemplate"> = async (
  input,
  context,
) => {
  const data = checkTemplateData(input.LaunchTemplateData);
  const tags = tagsFor("launch-template", input.TagSpecifications, context.principal);
  const name = input.LaunchTemplateName!;
  const template = await context.store.transaction(async (tx) => {
    const { ClientToken } = input;
    const earlier = await findByToken(tx, context, "CreateLaunchTemplate", ClientToken, input);
    const present = earlier && (await launchTemplates.get(tx, context, earlier));
    if (present) return present;
    if ((await launchTemplates.list(tx, context)).some((one) => one.name === name))
      throw templateNameExists();
    const launchTemplateId = newId(context.random, "lt");
    const made = { createdMs: context.clock.now(), createdBy: context.principal.arn };
    const record = {
      launchTemplateId,
      name,
      ...made,
      defaultVersion: 1,
      latestVersion: 1,
      ...(ClientToken && { clientToken: ClientToken }),
      tags,
    };
    launchTemplates.put(tx, context, [launchTemplateId], record);
    launchTemplateVersions.put(tx, context, [launchTemplateId, 1], {
      launchTemplateId,
      version: 1,
      ...(input.VersionDescription !== undefined && { description: input.VersionDescription }),
      ...made,
      data,
    });
    rememberToken(tx, context, "CreateLaunchTemplate", ClientToken, input, launchTemplateId);
    return record;
  });
  return { LaunchTemplate: describeTemplate(template) };
};
