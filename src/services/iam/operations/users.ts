import { dateOf } from "#runtime/date.ts";
import { newUniqueId } from "#services/kit/access-key.ts";
import { partitionOf } from "#services/kit/arn.ts";
import { pageOf, type IamOperation, type IamOperations } from "../context.ts";
import { deleteConflict, entityAlreadyExists, policyNotFound, quotaExceeded } from "../errors.ts";
import { findUser, namedUser } from "../find.ts";
import { mostUsers } from "../limits.ts";
import { policyByArn } from "../managed-policies.ts";
import { accessKeys, globalScope, groups, idOf, users, type UserRecord } from "../records.ts";
import { detailShape, userShape } from "../shapes.ts";
import { awsManagedPolicies } from "../state.ts";
import { newTags } from "../tags.ts";

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html */
const createUser: IamOperation<"CreateUser"> = async (input, context) => {
  const scope = globalScope(context);
  const name = input.UserName!;
  const boundary = input.PermissionsBoundary;
  const user: UserRecord = {
    name,
    path: input.Path ?? "/",
    id: newUniqueId("AIDA", context.random),
    createdMs: context.clock.now(),
    tags: newTags(input.Tags),
    inline: {},
    attached: [],
    ...(boundary !== undefined && { permissionsBoundary: boundary }),
  };
  const awsManaged = await awsManagedPolicies(context.state);
  await context.store.transaction(async (tx) => {
    if (await users.get(tx, scope, idOf(name)))
      throw entityAlreadyExists(`User with name ${name} already exists.`);
    if ((await users.list(tx, scope)).length >= mostUsers)
      throw quotaExceeded("UsersPerAccount", mostUsers);
    if (boundary !== undefined && !(await policyByArn(tx, context, awsManaged, boundary)))
      throw policyNotFound(boundary);
    users.put(tx, scope, [idOf(name)], user);
  });
  return { User: { ...userShape(context, user), ...detailShape(user) } };
};

/** Without a name, the caller; the root is shown without a name. https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html */
const getUser: IamOperation<"GetUser"> = async (input, context) => {
  const name = namedUser(input.UserName, context);
  if (name === undefined) {
    const { account, region } = context;
    return {
      User: {
        Path: "/",
        UserName: undefined,
        UserId: account,
        Arn: `arn:${partitionOf(region)}:iam::${account}:root`,
        CreateDate: dateOf(0),
      },
    };
  }
  const user = await context.store.transaction((tx) => findUser(tx, context, name));
  return { User: { ...userShape(context, user), ...detailShape(user) } };
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html */
const listUsers: IamOperation<"ListUsers"> = async (input, context) => {
  const all = await context.store.transaction((tx) => users.list(tx, globalScope(context)));
  const under = all.filter(({ path }) => path.startsWith(input.PathPrefix ?? "/"));
  const { items, ...rest } = pageOf(under, input, ({ name }) => idOf(name));
  return { Users: items.map((user) => userShape(context, user)), ...rest };
};

/** A new name takes keys and group memberships along. https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html */
const updateUser: IamOperation<"UpdateUser"> = async (input, context) => {
  const scope = globalScope(context);
  await context.store.transaction(async (tx) => {
    const user = await findUser(tx, context, input.UserName!);
    const name = input.NewUserName ?? user.name;
    const [from, to] = [idOf(user.name), idOf(name)];
    if (from !== to) {
      if (await users.get(tx, scope, to))
        throw entityAlreadyExists(`User with name ${name} already exists.`);
      users.delete(tx, scope, from);
      for (const key of await accessKeys.list(tx, scope))
        if (key.user === from) accessKeys.put(tx, scope, [key.accessKeyId], { ...key, user: to });
      for (const group of await groups.list(tx, scope))
        if (group.members.includes(from)) {
          const members = group.members.map((member) => (member === from ? to : member));
          groups.put(tx, scope, [idOf(group.name)], { ...group, members });
        }
    }
    users.put(tx, scope, [to], { ...user, name, path: input.NewPath ?? user.path });
  });
  return {};
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html */
const deleteUser: IamOperation<"DeleteUser"> = async (input, context) => {
  const scope = globalScope(context);
  await context.store.transaction(async (tx) => {
    const user = await findUser(tx, context, input.UserName!);
    const id = idOf(user.name);
    if ((await groups.list(tx, scope)).some(({ members }) => members.includes(id)))
      throw deleteConflict("Cannot delete entity, must remove users from group first.");
    if (user.attached.length > 0)
      throw deleteConflict("Cannot delete entity, must detach all policies first.");
    if (Object.keys(user.inline).length > 0)
      throw deleteConflict("Cannot delete entity, must delete policies first.");
    if (user.loginProfile)
      throw deleteConflict("Cannot delete entity, must delete login profile first.");
    if ((await accessKeys.list(tx, scope)).some((key) => key.user === id))
      throw deleteConflict("Cannot delete entity, must delete access keys first.");
    users.delete(tx, scope, id);
  });
  return {};
};

export const userOperations: IamOperations = {
  CreateUser: createUser,
  GetUser: getUser,
  ListUsers: listUsers,
  UpdateUser: updateUser,
  DeleteUser: deleteUser,
};
