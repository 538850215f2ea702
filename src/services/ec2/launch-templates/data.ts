/** What a launch template's version holds, checked as far as AWS checks it when it is made. */
import type { RequestLaunchTemplateData } from "@aws-sdk/client-ec2";
import { invalidParameterCombination, missingParameter, unsupportedParameter } from "../errors.ts";

/** Members whose effect Fogbank does not have: refused here, so that no launch ignores them. */
const unsupported = [
  "ElasticGpuSpecifications",
  "ElasticInferenceAccelerators",
  "LicenseSpecifications",
  "KernelId",
  "RamDiskId",
  "SecondaryInterfaces",
] as const;

/** Throws for what cannot work; ids are looked up at launch only, as on AWS. */
export function checkTemplateData(
  data: RequestLaunchTemplateData | undefined,
): RequestLaunchTemplateData {
  if (!data) throw missingParameter("LaunchTemplateData");
  for (const name of unsupported) {
    const value = data[name];
    if (value !== undefined && !(Array.isArray(value) && value.length === 0))
      throw unsupportedParameter(`LaunchTemplateData.${name}`);
  }
  const { InstanceMarketOptions: market, InstanceRequirements: requirements } = data;
  if (market?.SpotOptions?.ValidUntil)
    throw unsupportedParameter("LaunchTemplateData.InstanceMarketOptions.SpotOptions.ValidUntil");
  if (requirements && data.InstanceType)
    throw invalidParameterCombination(
      "The parameters InstanceType and InstanceRequirements cannot be specified together.",
    );
  return data;
}

/** A new version from an earlier one: members of the new data replace those of the source. */
export function mergeTemplateData(
  source: RequestLaunchTemplateData,
  data: RequestLaunchTemplateData,
): RequestLaunchTemplateData {
  const given = Object.entries(data).filter(([, value]) => value !== undefined);
  return { ...source, ...Object.fromEntries(given) };
}
