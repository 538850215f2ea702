/** Who else may put events onto a bus: the bus's policy, statement by statement or as a whole. */
import type { Operation } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { formatArn } from "#services/kit/arn.ts";
import { busArn, busPlace, findBus } from "../buses.ts";
import { noPolicy, statementNotFound, validation } from "../errors.ts";
import { buses } from "../records.ts";
import type { EventsState } from "../state.ts";

interface Statement {
  Sid: string;
  [member: string]: unknown;
}

interface Policy {
  Version: string;
  Statement: Statement[];
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html */
export const putPermission: Operation<"events", "PutPermission", EventsState> = async (
  input,
  context,
) => {
  const place = busPlace(input.EventBusName, context);
  await context.store.transaction(async (tx) => {
    const bus = await findBus(tx, place, context.clock);
    const policy = input.Policy
      ? readPolicy(input.Policy)
      : withStatement(bus.policy, statementOf(input, place.scope, place.name));
    buses.put(tx, place.scope, [place.name], {
      ...bus,
      policy: JSON.stringify(policy),
      modifiedMs: context.clock.now(),
    });
  });
  return {};
};

type Permission = Parameters<typeof putPermission>[0];

function statementOf(
  { Action: action, Principal: principal, StatementId: id, Condition: condition }: Permission,
  scope: Scope,
  bus: string,
): Statement {
  if (action !== "events:PutEvents")
    throw validation("Provided value in parameter 'action' is not supported.");
  if (principal === undefined || !/^(\*|\d{12})$/.test(principal))
    throw validation("Provided value in parameter 'principal' is not valid.");
  if (id === undefined) throw validation("Parameter(s) StatementId must be specified.");
  return {
    Sid: id,
    Effect: "Allow",
    Principal:
      principal === "*"
        ? "*"
        : { AWS: formatArn("iam", { account: principal, region: "" }, "root") },
    Action: action,
    Resource: busArn(scope, bus),
    ...(condition && {
      Condition: { [condition.Type ?? ""]: { [condition.Key ?? ""]: condition.Value } },
    }),
  };
}

function withStatement(text: string | undefined, statement: Statement): Policy {
  const { Version, Statement: present } = text
    ? readPolicy(text)
    : { Version: "2012-10-17", Statement: [] };
  return { Version, Statement: [...present.filter(({ Sid }) => Sid !== statement.Sid), statement] };
}

function readPolicy(text: string): Policy {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw validation("This policy contains invalid Json");
  }
  const { Version = "2012-10-17", Statement: statements } = policy as Partial<Policy>;
  if (!Array.isArray(statements)) throw validation("Policy document must have a statement.");
  return { Version, Statement: statements };
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemovePermission.html */
export const removePermission: Operation<"events", "RemovePermission", EventsState> = async (
  input,
  context,
) => {
  const place = busPlace(input.EventBusName, context);
  await context.store.transaction(async (tx) => {
    const { policy, ...bus } = await findBus(tx, place, context.clock);
    if (policy === undefined) throw noPolicy();
    const { Version, Statement: present } = readPolicy(policy);
    const kept = input.RemoveAllPermissions
      ? []
      : present.filter(({ Sid }) => Sid !== input.StatementId);
    if (kept.length === present.length) throw statementNotFound();
    buses.put(tx, place.scope, [place.name], {
      ...bus,
      modifiedMs: context.clock.now(),
      ...(kept.length > 0 && { policy: JSON.stringify({ Version, Statement: kept }) }),
    });
  });
  return {};
};
