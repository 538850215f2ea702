/** What the three types of namespaces have in common. */
import { AwsError } from "#model/error.ts";
import { ownTags, shortToken, tagChanges, tagList } from "../properties.ts";
import {
  defineResourceType,
  ResourceFailure,
  type ExistingRequest,
  type ResourceRequest,
  type ResourceType,
  type StabilizeRequest,
  type UpdateRequest,
} from "../resource-type.ts";

type Operation = Promise<{ OperationId?: string | undefined }>;

interface Kind {
  type: string;
  /** Members of the type besides name, description and tags, as the compact schema has them. */
  members: Record<string, "string" | "any">;
  attributes: readonly string[];
  create: (
    request: ResourceRequest,
    common: { Name: string; Description?: string; CreatorRequestId: string },
  ) => Operation;
  update: (request: UpdateRequest) => Operation;
}

export function defineNamespace({ type, members, attributes, create, update }: Kind): ResourceType {
  return defineResourceType({
    type,
    schema: {
      properties: { Name: "string", Description: "string", Tags: { list: "any" }, ...members },
      required: ["Name"],
      createOnly: ["Name", ...(members["Vpc"] ? ["Vpc"] : [])],
      readOnly: attributes,
      tags: "Tags",
    },
    async create(request) {
      const { clients, properties } = request;
      const { OperationId } = await create(request, {
        Name: properties["Name"],
        Description: properties["Description"],
        CreatorRequestId: shortToken(request),
      });
      const { Operation } = await clients.servicediscovery.GetOperation({ OperationId });
      return Operation!.Targets!.NAMESPACE!;
    },
    stabilize,
    async configure({ clients, physicalId, tags, scope }) {
      const Tags = tagList(ownTags(tags));
      if (Tags.length > 0)
        await clients.servicediscovery.TagResource({ ResourceARN: arnOf(scope, physicalId), Tags });
    },
    async update(request) {
      const { clients, physicalId, scope } = request;
      await update(request);
      const { added, removed } = tagChanges(request);
      const ResourceARN = arnOf(scope, physicalId);
      if (removed.length > 0)
        await clients.servicediscovery.UntagResource({ ResourceARN, TagKeys: removed });
      if (Object.keys(added).length > 0)
        await clients.servicediscovery.TagResource({ ResourceARN, Tags: tagList(added) });
    },
    delete: remove,
    async deleted(request) {
      if ((await find(request)) === undefined) return true;
      // An update may have been under way when the deletion was asked for.
      await remove(request);
      return false;
    },
    async attributes(request) {
      const found = await find(request);
      return {
        Id: request.physicalId,
        Arn: found?.Arn,
        HostedZoneId: found?.Properties?.DnsProperties?.HostedZoneId,
      };
    },
  });
}

async function remove({ clients, physicalId }: ExistingRequest): Promise<void> {
  try {
    await clients.servicediscovery.DeleteNamespace({ Id: physicalId });
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== "DuplicateRequest") throw error;
  }
}

function arnOf({ account, region }: { account: string; region: string }, id: string): string {
  return `arn:aws:servicediscovery:${region}:${account}:namespace/${id}`;
}

async function find({ clients, physicalId }: ExistingRequest) {
  try {
    return (await clients.servicediscovery.GetNamespace({ Id: physicalId })).Namespace;
  } catch (error) {
    if (error instanceof AwsError && error.code === "NamespaceNotFound") return undefined;
    throw error;
  }
}

async function stabilize(request: StabilizeRequest): Promise<boolean> {
  const { clients, physicalId } = request;
  const inState = async (...Values: string[]) => {
    const { Operations = [] } = await clients.servicediscovery.ListOperations({
      Filters: [
        { Name: "NAMESPACE_ID", Values: [physicalId] },
        { Name: "STATUS", Condition: "IN", Values },
      ],
    });
    return Operations;
  };
  if ((await inState("SUBMITTED", "PENDING")).length > 0) return false;
  if (await find(request)) return true;
  const [failed] = await inState("FAIL");
  if (!failed) return false;
  const { Operation } = await clients.servicediscovery.GetOperation({ OperationId: failed.Id });
  throw new ResourceFailure(Operation?.ErrorMessage ?? "the namespace could not be created");
}
