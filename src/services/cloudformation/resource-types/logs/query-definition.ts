import { defineResourceType, type Properties } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-logs-querydefinition.html */
export const resourceType = defineResourceType({
  type: "AWS::Logs::QueryDefinition",
  unsupported: { Parameters: "queries take no parameters" },
  async create({ clients, properties }) {
    const { queryDefinitionId } = await clients.logs.PutQueryDefinition(input(properties));
    return queryDefinitionId!;
  },
  async update({ clients, properties, physicalId }) {
    await clients.logs.PutQueryDefinition({
      ...input(properties),
      queryDefinitionId: physicalId,
    });
  },
  async delete({ clients, physicalId }) {
    await clients.logs.DeleteQueryDefinition({ queryDefinitionId: physicalId });
  },
  attributes: async ({ physicalId }) => ({ QueryDefinitionId: physicalId }),
});

function input(properties: Properties) {
  const { LogGroupNames: groups, QueryLanguage: language } = properties;
  return {
    name: properties["Name"],
    queryString: properties["QueryString"],
    ...(groups !== undefined && { logGroupNames: groups }),
    ...(language !== undefined && { queryLanguage: language }),
  };
}
