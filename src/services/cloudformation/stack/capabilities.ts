/** Which capabilities a template needs acknowledged. */
import type { Template } from "../template/template.ts";

/** Types that can change permissions, with the property that gives their name. */
const iamTypes: Readonly<Record<string, string | undefined>> = {
  "AWS::IAM::AccessKey": undefined,
  "AWS::IAM::Group": "GroupName",
  "AWS::IAM::InstanceProfile": "InstanceProfileName",
  "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
  "AWS::IAM::Policy": undefined,
  "AWS::IAM::Role": "RoleName",
  "AWS::IAM::User": "UserName",
  "AWS::IAM::UserToGroupAddition": undefined,
};

export interface NeededCapability {
  capability: "CAPABILITY_IAM" | "CAPABILITY_NAMED_IAM";
  /** The types that need it. */
  types: string[];
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html, Capabilities */
export function neededCapability(template: Template): NeededCapability | undefined {
  const own = Object.values(template.resources).filter(({ Type }) => Object.hasOwn(iamTypes, Type));
  if (own.length === 0) return undefined;
  const named = own.some(({ Type, Properties }) => {
    const property = iamTypes[Type];
    return property !== undefined && Properties[property] !== undefined;
  });
  return {
    capability: named ? "CAPABILITY_NAMED_IAM" : "CAPABILITY_IAM",
    types: [...new Set(own.map(({ Type }) => Type))].sort(),
  };
}

/** The capability that is needed and not given. */
export function missingCapability(
  template: Template,
  given: readonly string[],
): string | undefined {
  const needed = neededCapability(template);
  if (!needed || given.includes(needed.capability)) return undefined;
  if (needed.capability === "CAPABILITY_IAM" && given.includes("CAPABILITY_NAMED_IAM"))
    return undefined;
  return needed.capability;
}
