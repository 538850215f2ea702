import { pick } from "../properties.ts";
import {
  defineResourceType,
  ResourceFailure,
  type Properties,
  type StackClients,
} from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-events-eventbuspolicy.html */
export const resourceType = defineResourceType({
  type: "AWS::Events::EventBusPolicy",
  async create({ clients, properties }) {
    await put(clients, properties);
    return `${properties["EventBusName"] ?? "default"}|${properties["StatementId"]}`;
  },
  async update({ clients, properties }) {
    await put(clients, properties);
  },
  async delete({ clients, properties }) {
    await clients.events.RemovePermission(pick(properties, "EventBusName", "StatementId"));
  },
});

/** A whole statement is put beside the others of the bus's policy. */
async function put(clients: StackClients, properties: Properties): Promise<void> {
  const { Statement: statement, StatementId: id } = properties;
  if (statement === undefined) {
    await clients.events.PutPermission(
      pick(properties, "Action", "Condition", "EventBusName", "Principal", "StatementId"),
    );
    return;
  }
  const { Policy } = await clients.events.DescribeEventBus({
    ...(properties["EventBusName"] !== undefined && { Name: properties["EventBusName"] }),
  });
  if (typeof statement !== "object") throw new ResourceFailure("Statement must be an object");
  const { Version = "2012-10-17", Statement: present = [] } = JSON.parse(Policy ?? "{}") as {
    Version?: string;
    Statement?: { Sid?: string }[];
  };
  const Statement = [...present.filter(({ Sid }) => Sid !== id), { ...statement, Sid: id }];
  await clients.events.PutPermission({
    ...pick(properties, "EventBusName"),
    Policy: JSON.stringify({ Version, Statement }),
  });
}
