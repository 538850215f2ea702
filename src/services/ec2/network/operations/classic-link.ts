/**
 * ClassicLink, as it stands since EC2-Classic was retired: no VPC is linked and none can be.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcClassicLink.html
 */
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds, select } from "../kinds.ts";
import type { VpcRecord } from "../records.ts";
import { tagListShape } from "../shapes.ts";

const filters: FilterTable<VpcRecord> = { "is-classic-link-enabled": () => false };

const describe: Ec2Operation<"DescribeVpcClassicLink"> = async (input, context) => {
  const all = await inNetwork(context, (tx) => select(tx, context, kinds.vpc, input.VpcIds));
  const found = applyFilters(all, input.Filters, filters, ({ tags }) => tags);
  return {
    Vpcs: found.map(({ vpcId, tags }) => ({
      VpcId: vpcId,
      ClassicLinkEnabled: false,
      ...tagListShape(tags),
    })),
  };
};

const describeDns: Ec2Operation<"DescribeVpcClassicLinkDnsSupport"> = async (input, context) => {
  const all = await inNetwork(context, (tx) => select(tx, context, kinds.vpc, input.VpcIds));
  return { Vpcs: all.map(({ vpcId }) => ({ VpcId: vpcId, ClassicLinkDnsSupported: false })) };
};

const describeInstances: Ec2Operation<"DescribeClassicLinkInstances"> = async () => ({
  Instances: [],
});

/** The answer to every wish for a change: it was not granted. */
async function refuse(context: Ec2Context, vpcId: string | undefined) {
  if (vpcId !== undefined) await inNetwork(context, (tx) => find(tx, context, kinds.vpc, vpcId));
  return { Return: false };
}

export const classicLinkOperations: Ec2Operations = {
  DescribeVpcClassicLink: describe,
  DescribeVpcClassicLinkDnsSupport: describeDns,
  DescribeClassicLinkInstances: describeInstances,
  EnableVpcClassicLink: ({ VpcId }, context) => refuse(context, VpcId),
  DisableVpcClassicLink: ({ VpcId }, context) => refuse(context, VpcId),
  EnableVpcClassicLinkDnsSupport: ({ VpcId }, context) => refuse(context, VpcId),
  DisableVpcClassicLinkDnsSupport: ({ VpcId }, context) => refuse(context, VpcId),
};
