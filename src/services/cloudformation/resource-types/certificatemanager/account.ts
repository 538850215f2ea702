import { defineResourceType, type Properties, type ResourceRequest } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-certificatemanager-account.html */
export const resourceType = defineResourceType({
  type: "AWS::CertificateManager::Account",
  async create(request) {
    await put(request);
    return request.scope.account;
  },
  async update(request) {
    await put(request);
  },
  // An account's configuration cannot be deleted.
  async delete() {},
  attributes: async ({ scope }) => ({ AccountId: scope.account }),
});

async function put({ clients, properties }: Pick<ResourceRequest, "clients" | "properties">) {
  const { DaysBeforeExpiry } = (properties["ExpiryEventsConfiguration"] ?? {}) as Properties;
  await clients.acm.PutAccountConfiguration({
    ExpiryEvents: { DaysBeforeExpiry: Number(DaysBeforeExpiry) },
    IdempotencyToken: "cloudformation",
  });
}
