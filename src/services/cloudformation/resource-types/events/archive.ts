import { documentText, pick } from "../properties.ts";
import { defineResourceType, type ExistingRequest, type Properties } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-events-archive.html */
export const resourceType = defineResourceType({
  type: "AWS::Events::Archive",
  name: { property: "ArchiveName", maxLength: 48 },
  async create({ clients, properties, name }) {
    await clients.events.CreateArchive({
      ...archiveInput(name, properties),
      EventSourceArn: properties["SourceArn"],
    });
    return name;
  },
  async find(request) {
    return (await describe({ ...request, physicalId: request.name })) ? request.name : undefined;
  },
  async update({ clients, properties, physicalId }) {
    await clients.events.UpdateArchive(archiveInput(physicalId, properties));
  },
  async delete({ clients, physicalId }) {
    await clients.events.DeleteArchive({ ArchiveName: physicalId });
  },
  async attributes(request) {
    const { ArchiveName: name } = (await describe(request)) ?? {};
    if (name === undefined) return {};
    const { ArchiveArn } = await request.clients.events.DescribeArchive({ ArchiveName: name });
    return { ArchiveName: name, Arn: ArchiveArn };
  },
});

function archiveInput(ArchiveName: string, properties: Properties) {
  const { EventPattern: pattern } = properties;
  return {
    ArchiveName,
    ...pick(properties, "Description", "KmsKeyIdentifier", "RetentionDays"),
    ...(pattern !== undefined && { EventPattern: documentText(pattern) }),
  };
}

async function describe({ clients, physicalId }: Pick<ExistingRequest, "clients" | "physicalId">) {
  const { Archives = [] } = await clients.events.ListArchives({ NamePrefix: physicalId });
  return Archives.find(({ ArchiveName }) => ArchiveName === physicalId);
}
