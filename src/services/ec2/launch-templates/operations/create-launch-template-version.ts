import type { Ec2Operation } from "../../context.ts";
import { findByToken, rememberTokenForADay, tokenLifeMs } from "../../idempotency.ts";
import { checkTemplateData, mergeTemplateData } from "../data.ts";
import { describeVersion, resolved } from "../describe.ts";
import { findTemplate, findVersion, launchTemplates, launchTemplateVersions } from "../records.ts";

export const createLaunchTemplateVersion: Ec2Operation<"CreateLaunchTemplateVersion"> = async (
  input,
  context,
) => {
  const data = checkTemplateData(input.LaunchTemplateData);
  const result = await context.store.transaction(async (tx) => {
    const template = await findTemplate(tx, context, input);
    const { launchTemplateId } = template;
    const operation = "CreateLaunchTemplateVersion";
    const earlier = await findByToken(
      tx,
      context,
      operation,
      input.ClientToken,
      input,
      tokenLifeMs,
    );
    if (earlier !== undefined)
      return { template, version: await findVersion(tx, context, template, earlier) };
    const source =
      input.SourceVersion === undefined
        ? {}
        : (await findVersion(tx, context, template, input.SourceVersion)).data;
    const version = {
      launchTemplateId,
      version: template.latestVersion + 1,
      ...(input.VersionDescription !== undefined && { description: input.VersionDescription }),
      createdMs: context.clock.now(),
      createdBy: context.principal.arn,
      data: mergeTemplateData(source, data),
    };
    const changed = { ...template, latestVersion: version.version };
    launchTemplates.put(tx, context, [launchTemplateId], changed);
    launchTemplateVersions.put(tx, context, [launchTemplateId, version.version], version);
    await rememberTokenForADay(
      tx,
      context,
      operation,
      input.ClientToken,
      input,
      String(version.version),
    );
    return { template: changed, version };
  });
  const shown = describeVersion(result.template, result.version);
  return { LaunchTemplateVersion: input.ResolveAlias ? await resolved(context, shown) : shown };
};
