import type { PrefixListEntry } from "@aws-sdk/client-ec2";
import { pick } from "../properties.ts";
import { defineResourceType, ResourceFailure, type ExistingRequest } from "../resource-type.ts";
import { findTagged, tagSpecifications, updateTags } from "./tagged.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-prefixlist.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::PrefixList",
  async create(request) {
    const { clients, properties, token } = request;
    const entries: PrefixListEntry[] = properties["Entries"] ?? [];
    const { PrefixList } = await clients.ec2.CreateManagedPrefixList({
      ClientToken: token,
      PrefixListName: properties["PrefixListName"],
      AddressFamily: properties["AddressFamily"],
      MaxEntries: properties["MaxEntries"] ?? Math.max(1, entries.length),
      Entries: entries.map(({ Cidr, Description }) => ({ Cidr: Cidr!, Description })),
      ...tagSpecifications(request, "prefix-list"),
    });
    return PrefixList!.PrefixListId!;
  },
  find: (request) => findTagged(request, "prefix-list"),
  async update(request) {
    const { clients, properties, previous, physicalId, changed } = request;
    if (changed.includes("MaxEntries"))
      await clients.ec2.ModifyManagedPrefixList({
        PrefixListId: physicalId,
        ...pick(properties, "MaxEntries"),
      });
    const before: PrefixListEntry[] = previous["Entries"] ?? [];
    const next: PrefixListEntry[] = properties["Entries"] ?? [];
    const same = (a: PrefixListEntry, b: PrefixListEntry) =>
      a.Cidr === b.Cidr && a.Description === b.Description;
    const AddEntries = next.filter((one) => !before.some((old) => same(one, old)));
    const RemoveEntries = before.filter((old) => !next.some((one) => one.Cidr === old.Cidr));
    if (changed.includes("PrefixListName") || AddEntries.length + RemoveEntries.length > 0)
      await clients.ec2.ModifyManagedPrefixList({
        PrefixListId: physicalId,
        ...pick(properties, "PrefixListName"),
        AddEntries: AddEntries.map(({ Cidr, Description }) => ({ Cidr: Cidr!, Description })),
        RemoveEntries: RemoveEntries.map(({ Cidr }) => ({ Cidr: Cidr! })),
      });
    await updateTags(request);
  },
  async delete({ clients, physicalId }) {
    await clients.ec2.DeleteManagedPrefixList({ PrefixListId: physicalId });
  },
  async deleted({ clients, physicalId }) {
    const { PrefixLists } = await clients.ec2.DescribeManagedPrefixLists({
      Filters: [{ Name: "prefix-list-id", Values: [physicalId] }],
    });
    const [left] = PrefixLists ?? [];
    if (left?.State === "delete-failed") throw new ResourceFailure(left.StateMessage ?? "");
    return left === undefined;
  },
  async attributes(request) {
    const found = await describe(request);
    return {
      PrefixListId: request.physicalId,
      Arn: found?.PrefixListArn,
      OwnerId: found?.OwnerId,
      Version: found?.Version,
    };
  },
});

async function describe({ clients, physicalId }: ExistingRequest) {
  const { PrefixLists } = await clients.ec2.DescribeManagedPrefixLists({
    PrefixListIds: [physicalId],
  });
  return PrefixLists?.[0];
}
