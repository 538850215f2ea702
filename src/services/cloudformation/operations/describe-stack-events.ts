import { dateOf } from "#runtime/date.ts";
import { decodeToken, encodeToken } from "#services/kit/pagination.ts";
import type { Operation } from "#services/kit/service.ts";
import { namedStackNotFound, validationError } from "../errors.ts";
import { events } from "../records.ts";
import type { CloudFormationState } from "../state.ts";
import { findStack } from "../stack/find-stack.ts";

const pageSize = 100;

/** Newest first. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackEvents.html */
export const describeStackEvents: Operation<
  "cloudformation",
  "DescribeStackEvents",
  CloudFormationState
> = async ({ StackName: name = "", NextToken: token }, { account, region, clock, store }) => {
  const scope = { account, region };
  const position = token === undefined ? undefined : decodeToken(token);
  if (token !== undefined && position === undefined) throw validationError("NextToken is invalid");
  return store.transaction(async (tx) => {
    const stack = await findStack(tx, scope, name, clock.now());
    if (!stack) throw namedStackNotFound(name);
    const page = await events.list(tx, scope, [stack.uuid], {
      reverse: true,
      limit: pageSize + 1,
      ...(position !== undefined && { after: events.key(scope, stack.uuid, Number(position)) }),
    });
    const shown = page.slice(0, pageSize);
    const last = shown.at(-1);
    return {
      StackEvents: shown.map((event) => ({
        StackId: stack.arn,
        EventId: event.eventId,
        StackName: stack.name,
        LogicalResourceId: event.logicalId,
        PhysicalResourceId: event.physicalId,
        ResourceType: event.type,
        Timestamp: dateOf(event.timeMs),
        ResourceStatus: event.status as "CREATE_COMPLETE",
        ResourceStatusReason: event.reason,
        ResourceProperties: event.properties,
        ClientRequestToken: event.clientRequestToken,
      })),
      NextToken: page.length > pageSize && last ? encodeToken(String(last.number)) : undefined,
    };
  });
};
