import { AwsError } from "#model/error.ts";
import { documentText, pick, tagChanges, tagList } from "../properties.ts";
import {
  defineResourceType,
  ResourceFailure,
  type ExistingRequest,
  type Properties,
} from "../resource-type.ts";

/** Changes of these make a new document, or a new version of it where UpdateMethod says so. */
const versioned = ["Content", "DocumentFormat", "TargetType", "VersionName"];

const contentOf = (properties: Properties) => ({
  Content: documentText(properties["Content"]),
  ...pick(properties, "DocumentFormat", "TargetType", "VersionName"),
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-document.html */
export const resourceType = defineResourceType({
  type: "AWS::SSM::Document",
  name: { property: "Name", maxLength: 128 },
  unsupported: {
    Attachments: "documents have no attachments",
    Requires: "documents require no others",
  },
  replaces: (changed, _policy, properties) =>
    properties["UpdateMethod"] !== "NewVersion" && changed.some((name) => versioned.includes(name)),
  async create({ clients, properties, name, tags }) {
    await clients.ssm.CreateDocument({
      Name: name,
      ...contentOf(properties),
      ...pick(properties, "DocumentType"),
      Tags: tagList(tags),
    });
    return name;
  },
  async find({ clients, name }) {
    try {
      const { Document } = await clients.ssm.DescribeDocument({ Name: name });
      return Document!.Name;
    } catch (error) {
      if (error instanceof AwsError && error.code === "InvalidDocument") return undefined;
      throw error;
    }
  },
  async update(request) {
    const { clients, physicalId: Name, changed } = request;
    if (changed.some((name) => versioned.includes(name))) {
      const DocumentVersion = await newVersion(request);
      await clients.ssm.UpdateDocumentDefaultVersion({ Name, DocumentVersion });
    }
    const { added, removed } = tagChanges(request);
    const resource = { ResourceType: "Document", ResourceId: Name } as const;
    if (removed.length > 0)
      await clients.ssm.RemoveTagsFromResource({ ...resource, TagKeys: removed });
    if (Object.keys(added).length > 0)
      await clients.ssm.AddTagsToResource({ ...resource, Tags: tagList(added) });
  },
  async delete({ clients, physicalId }) {
    await clients.ssm.DeleteDocument({ Name: physicalId });
  },
  attributes: async ({ physicalId }) => ({ Name: physicalId }),
});

/** The number of the version that has this content; an update that is tried again finds the one it made. */
async function newVersion({
  clients,
  properties,
  physicalId: Name,
}: ExistingRequest): Promise<string> {
  const { ssm } = clients;
  try {
    const { DocumentDescription } = await ssm.UpdateDocument({
      Name,
      ...contentOf(properties),
      DocumentVersion: "$LATEST",
    });
    return DocumentDescription!.DocumentVersion!;
  } catch (error) {
    if (!(error instanceof AwsError && error.code === "DuplicateDocumentContent")) throw error;
  }
  const { Content } = contentOf(properties);
  const { DocumentVersions = [] } = await ssm.ListDocumentVersions({ Name });
  for (const { DocumentVersion, DocumentFormat } of DocumentVersions.toReversed()) {
    const found = await ssm.GetDocument({ Name, DocumentVersion, DocumentFormat });
    if (found.Content === Content) return DocumentVersion!;
  }
  throw new ResourceFailure(`No version of ${Name} has the content of the template.`);
}
