import { defineResourceType, type Properties, type ResourceRequest } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-certificatemanager-account.html */
export const resourceType = defineResourceType({
  type: "AWS::CertificateManager::Account",
  async create(request) {
    await put(request, request.token);
    return request.scope.account;
  },
  async update(request) {
    await put(request, request.updateToken);
  },
  // An account's configuration cannot be deleted.
  async delete() {},
  attributes: async ({ scope }) => ({ AccountId: scope.account }),
});

/** A token that was used within the hour changes nothing: each create and update has its own. */
async function put({ clients, properties }: ResourceRequest, token: string): Promise<void> {
  const { DaysBeforeExpiry } = (properties["ExpiryEventsConfiguration"] ?? {}) as Properties;
  await clients.acm.PutAccountConfiguration({
    ExpiryEvents: { DaysBeforeExpiry: Number(DaysBeforeExpiry) },
    IdempotencyToken: token.replaceAll("-", ""),
  });
}
