import type { Ec2Operation } from "../../context.ts";
import { invalidParameterValue } from "../../errors.ts";

/** AWS's values for a new account. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAccountAttributes.html */
const fixed: Record<string, string> = {
  "supported-platforms": "VPC",
  "max-instances": "20",
  "vpc-max-security-groups-per-interface": "5",
  "max-elastic-ips": "5",
  "vpc-max-elastic-ips": "5",
};

export const describeAccountAttributes: Ec2Operation<"DescribeAccountAttributes"> = async (
  input,
  context,
) => {
  const { Vpcs = [] } = await context.clients.ec2(context).DescribeVpcs({
    Filters: [{ Name: "is-default", Values: ["true"] }],
  });
  const values: Record<string, string> = { ...fixed, "default-vpc": Vpcs[0]?.VpcId ?? "none" };
  const names: string[] = input.AttributeNames?.length ? input.AttributeNames : Object.keys(values);
  return {
    AccountAttributes: names.map((AttributeName) => {
      const AttributeValue = values[AttributeName];
      if (AttributeValue === undefined)
        throw invalidParameterValue(`Unknown account attribute: ${AttributeName}`);
      return { AttributeName, AttributeValues: [{ AttributeValue }] };
    }),
  };
};
