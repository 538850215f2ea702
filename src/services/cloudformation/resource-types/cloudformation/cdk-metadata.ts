import { defineResourceType } from "../resource-type.ts";

/** What CDK says about itself: nothing is made of it. */
export const resourceType = defineResourceType({
  type: "AWS::CDK::Metadata",
  schema: { properties: "any" },
  create: async ({ name }) => name,
  async update() {},
  async delete() {},
});
