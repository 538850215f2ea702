import type { CidrCollectionChange } from "@aws-sdk/client-route-53";
import {
  defineResourceType,
  type Properties,
  type ResourceRequest,
  type StackClients,
} from "../resource-type.ts";

type Locations = Map<string, readonly string[]>;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-route53-cidrcollection.html */
export const resourceType = defineResourceType({
  type: "AWS::Route53::CidrCollection",
  async create({ clients, properties, token }) {
    const { Collection } = await clients.route53.CreateCidrCollection({
      Name: properties["Name"],
      CallerReference: token,
    });
    return Collection!.Id!;
  },
  find: findCollection,
  configure: ({ clients, physicalId, properties }) =>
    change(clients, physicalId, new Map(), locationsOf(properties)),
  update: ({ clients, physicalId, properties, previous }) =>
    change(clients, physicalId, locationsOf(previous), locationsOf(properties)),
  async delete({ clients, physicalId, properties }) {
    await change(clients, physicalId, locationsOf(properties), new Map());
    await clients.route53.DeleteCidrCollection({ Id: physicalId });
  },
  async attributes({ clients, physicalId }) {
    const { CidrCollections = [] } = await clients.route53.ListCidrCollections({});
    return { Id: physicalId, Arn: CidrCollections.find(({ Id }) => Id === physicalId)?.Arn };
  },
});

async function findCollection({
  clients,
  properties,
}: ResourceRequest): Promise<string | undefined> {
  const { CidrCollections = [] } = await clients.route53.ListCidrCollections({});
  return CidrCollections.find(({ Name }) => Name === properties["Name"])?.Id;
}

function locationsOf({ Locations = [] }: Properties): Locations {
  const list = Locations as { LocationName: string; CidrList: string[] }[];
  return new Map(list.map(({ LocationName, CidrList }) => [LocationName, CidrList]));
}

async function change(
  { route53 }: StackClients,
  Id: string,
  before: Locations,
  after: Locations,
): Promise<void> {
  const Changes: CidrCollectionChange[] = [];
  for (const [LocationName, list] of before) {
    const gone = list.filter((block) => !after.get(LocationName)?.includes(block));
    if (gone.length > 0) Changes.push({ LocationName, Action: "DELETE_IF_EXISTS", CidrList: gone });
  }
  for (const [LocationName, list] of after)
    Changes.push({ LocationName, Action: "PUT", CidrList: [...list] });
  if (Changes.length > 0) await route53.ChangeCidrCollection({ Id, Changes });
}
