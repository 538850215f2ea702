import { defineResourceType, type Properties } from "../resource-type.ts";
import { deleteInline, orUndefined, putInline, type Holder } from "./inline-policies.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-policy.html */
export const resourceType = defineResourceType({
  type: "AWS::IAM::Policy",
  async create({ clients, properties, name }) {
    for (const holder of holders(properties))
      await putInline(clients, holder, properties["PolicyName"], properties["PolicyDocument"]);
    return name;
  },
  async update({ clients, properties, previous }) {
    const { PolicyName: name, PolicyDocument: document } = properties;
    const kept = holders(properties);
    for (const holder of holders(previous)) {
      const stays = kept.some((own) => own.kind === holder.kind && own.name === holder.name);
      if (!stays || previous["PolicyName"] !== name)
        await orUndefined(deleteInline(clients, holder, previous["PolicyName"]));
    }
    for (const holder of kept) await putInline(clients, holder, name, document);
  },
  async delete({ clients, properties }) {
    for (const holder of holders(properties))
      await orUndefined(deleteInline(clients, holder, properties["PolicyName"]));
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});

function holders({ Roles = [], Users = [], Groups = [] }: Properties): Holder[] {
  return [
    ...Roles.map((name: string): Holder => ({ kind: "Role", name })),
    ...Users.map((name: string): Holder => ({ kind: "User", name })),
    ...Groups.map((name: string): Holder => ({ kind: "Group", name })),
  ];
}
