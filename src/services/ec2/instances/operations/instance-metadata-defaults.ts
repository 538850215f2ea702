import type { Ec2Operation } from "../../context.ts";
import { invalidParameterValue, unsupportedParameter } from "../../errors.ts";
import { instanceDefaults, readDefaults, type InstanceDefaults } from "../defaults.ts";

/** "no-preference" and a hop limit of -1 take a default away. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataDefaults.html */
export const modifyInstanceMetadataDefaults: Ec2Operation<
  "ModifyInstanceMetadataDefaults"
> = async (input, context) => {
  if (input.HttpTokensEnforced && input.HttpTokensEnforced !== "no-preference")
    throw unsupportedParameter("HttpTokensEnforced");
  const hops = input.HttpPutResponseHopLimit;
  if (hops !== undefined && hops !== -1 && (hops < 1 || hops > 64))
    throw invalidParameterValue(
      `Value (${hops}) for parameter HttpPutResponseHopLimit is invalid. It must be between 1 and 64, or -1.`,
    );
  await context.store.transaction(async (tx) => {
    const now = await readDefaults(tx, context);
    const given = {
      httpTokens: input.HttpTokens,
      httpPutResponseHopLimit: hops,
      httpEndpoint: input.HttpEndpoint,
      instanceMetadataTags: input.InstanceMetadataTags,
    };
    const all: [string, unknown][] = Object.entries({ ...now.metadata, ...defined(given) });
    const metadata: InstanceDefaults["metadata"] = Object.fromEntries(
      all.filter(([, value]) => value !== "no-preference" && value !== -1),
    );
    instanceDefaults.put(tx, context, [], { ...now, metadata });
  });
  return { Return: true };
};

function defined(given: object): object {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetInstanceMetadataDefaults.html */
export const getInstanceMetadataDefaults: Ec2Operation<"GetInstanceMetadataDefaults"> = async (
  _input,
  context,
) => {
  const { metadata } = await context.store.transaction((tx) => readDefaults(tx, context));
  return {
    AccountLevel: {
      HttpTokens: metadata.httpTokens,
      HttpPutResponseHopLimit: metadata.httpPutResponseHopLimit,
      HttpEndpoint: metadata.httpEndpoint,
      InstanceMetadataTags: metadata.instanceMetadataTags,
      ManagedBy: "account",
    },
  };
};
