import type { Connection } from "@aws-sdk/client-eventbridge";
import { dateOf } from "#runtime/date.ts";
import { AwsError } from "#model/error.ts";
import { paginate } from "#services/kit/pagination.ts";
import { asService } from "#services/kit/principal.ts";
import type { Context, Operation } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { connectionArn, findConnection, secretOf, shownAuth } from "../connections.ts";
import { connectionExists, invalidToken, notSupported } from "../errors.ts";
import { limits } from "../limits.ts";
import { connections, type ConnectionRecord } from "../records.ts";
import type { EventsState } from "../state.ts";

const owner = { Key: "aws:secretsmanager:owningService", Value: "events" };

const secretsOf = (context: Context<EventsState>) =>
  context.clients.secretsmanager(asService(context, "events.amazonaws.com"));

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateConnection.html */
export const createConnection: Operation<"events", "CreateConnection", EventsState> = async (
  input,
  context,
) => {
  const { Name: name = "", Description: description, AuthorizationType: type = "" } = input;
  if (input.InvocationConnectivityParameters)
    throw notSupported("connections to private endpoints");
  const auth = input.AuthParameters!;
  const value = secretOf(type, auth);
  const present = await context.store.transaction((tx) => connections.get(tx, context, name));
  if (present) throw connectionExists(name);
  const { ARN: secretArn = "" } = await secretsOf(context).CreateSecret({
    Name: `events!connection/${name}/${context.random.uuid()}`,
    SecretString: JSON.stringify(value),
    Tags: [owner],
    ...(input.KmsKeyIdentifier && { KmsKeyId: input.KmsKeyIdentifier }),
  });
  const nowMs = context.clock.now();
  const made: ConnectionRecord = {
    name,
    id: context.random.uuid(),
    ...(description !== undefined && { description }),
    type,
    auth: shownAuth(auth),
    secretArn,
    ...(input.KmsKeyIdentifier && { kmsKeyIdentifier: input.KmsKeyIdentifier }),
    state: "AUTHORIZED",
    createdMs: nowMs,
    modifiedMs: nowMs,
    authorizedMs: nowMs,
  };
  const kept = await context.store.transaction(async (tx) => {
    if (await connections.get(tx, context, name)) return false;
    connections.put(tx, context, [name], made);
    return true;
  });
  if (!kept) {
    await forgetSecret(context, made);
    throw connectionExists(name);
  }
  return answer(context, made);
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateConnection.html */
export const updateConnection: Operation<"events", "UpdateConnection", EventsState> = async (
  input,
  context,
) => {
  const { Name: name = "", Description: description, AuthParameters: given } = input;
  if (input.InvocationConnectivityParameters)
    throw notSupported("connections to private endpoints");
  const before = await context.store.transaction((tx) => findConnection(tx, context, name));
  const type = input.AuthorizationType ?? before.type;
  const auth = given as Parameters<typeof shownAuth>[0] | undefined;
  if (auth)
    await secretsOf(context).PutSecretValue({
      SecretId: before.secretArn,
      SecretString: JSON.stringify(secretOf(type, auth)),
    });
  const nowMs = context.clock.now();
  const changed = await context.store.transaction(async (tx) => {
    const record: ConnectionRecord = {
      ...(await findConnection(tx, context, name)),
      ...(description !== undefined && { description }),
      ...(auth && { type, auth: shownAuth(auth), state: "AUTHORIZED", authorizedMs: nowMs }),
      modifiedMs: nowMs,
    };
    connections.put(tx, context, [name], record);
    return record;
  });
  return answer(context, changed);
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeauthorizeConnection.html */
export const deauthorizeConnection: Operation<
  "events",
  "DeauthorizeConnection",
  EventsState
> = async ({ Name: name = "" }, context) => {
  const changed = await context.store.transaction(async (tx) => {
    const found = await findConnection(tx, context, name);
    const record: ConnectionRecord = {
      ...found,
      state: "DEAUTHORIZED",
      modifiedMs: context.clock.now(),
    };
    connections.put(tx, context, [name], record);
    return record;
  });
  return answer(context, changed);
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteConnection.html */
export const deleteConnection: Operation<"events", "DeleteConnection", EventsState> = async (
  { Name: name = "" },
  context,
) => {
  const found = await context.store.transaction((tx) => findConnection(tx, context, name));
  // The secret first: who asks again after a crash finds the connection still.
  await forgetSecret(context, found);
  await context.store.transaction(async (tx) => connections.delete(tx, context, name));
  return answer(context, found);
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeConnection.html */
export const describeConnection: Operation<"events", "DescribeConnection", EventsState> = async (
  { Name: name = "" },
  context,
) => {
  const found = await context.store.transaction((tx) => findConnection(tx, context, name));
  return {
    ...answer(context, found),
    Name: name,
    AuthorizationType: found.type as "BASIC",
    AuthParameters: found.auth,
    SecretArn: found.secretArn,
    ...(found.description !== undefined && { Description: found.description }),
    ...(found.kmsKeyIdentifier !== undefined && { KmsKeyIdentifier: found.kmsKeyIdentifier }),
  };
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListConnections.html */
export const listConnections: Operation<"events", "ListConnections", EventsState> = async (
  input,
  context,
) => {
  const { NamePrefix: prefix = "", ConnectionState: state } = input;
  const all = await context.store.transaction((tx) => connections.list(tx, context));
  const wanted = all.filter(
    (one) => one.name.startsWith(prefix) && (state === undefined || one.state === state),
  );
  const { items, nextToken } = paginate(wanted, {
    limit: input.Limit ?? limits.listPage,
    token: input.NextToken,
    keyOf: ({ name }) => name,
    invalidToken,
  });
  return {
    Connections: items.map((one) => ({
      ...answer(context, one),
      Name: one.name,
      AuthorizationType: one.type as "BASIC",
    })),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  };
};

function answer(scope: Scope, one: ConnectionRecord): Connection {
  return {
    ConnectionArn: connectionArn(scope, one),
    ConnectionState: one.state,
    CreationTime: dateOf(one.createdMs),
    LastModifiedTime: dateOf(one.modifiedMs),
    LastAuthorizedTime: dateOf(one.authorizedMs),
  };
}

async function forgetSecret(context: Context<EventsState>, { secretArn }: ConnectionRecord) {
  const wish = { SecretId: secretArn, ForceDeleteWithoutRecovery: true };
  try {
    await secretsOf(context).DeleteSecret(wish);
  } catch (error) {
    // Gone is as it should be.
    if (!(error instanceof AwsError && error.code === "ResourceNotFoundException")) throw error;
  }
}
