/** The prefix lists that AWS keeps for its gateway endpoints. https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html */
import { derivedId } from "#services/kit/facts/derived-id.ts";

export interface ManagedPrefixList {
  id: string;
  /** "com.amazonaws.us-east-1.s3" */
  name: string;
}

/** Their entries are AWS's own addresses, which mean nothing here; none are known. */
export function managedPrefixLists(region: string): ManagedPrefixList[] {
  return ["dynamodb", "s3"].map((service) => {
    const name = `com.amazonaws.${region}.${service}`;
    return {
      id: derivedId("pl", name)
        .replace("pl-0", "pl-")
        .slice(0, "pl-".length + 8),
      name,
    };
  });
}
