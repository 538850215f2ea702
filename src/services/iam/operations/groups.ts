/** Groups and their members. https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html */
import { newUniqueId } from "#services/kit/access-key.ts";
import { pageOf, type IamOperation, type IamOperations } from "../context.ts";
import { deleteConflict, entityAlreadyExists, quotaExceeded } from "../errors.ts";
import { findGroup, findUser } from "../find.ts";
import { mostGroups, mostGroupsPerUser } from "../limits.ts";
import { globalScope, groups, idOf, users, type GroupRecord, type UserRecord } from "../records.ts";
import { groupShape, userShape } from "../shapes.ts";

const createGroup: IamOperation<"CreateGroup"> = async (input, context) => {
  const scope = globalScope(context);
  const name = input.GroupName!;
  const group: GroupRecord = {
    name,
    path: input.Path ?? "/",
    id: newUniqueId("AGPA", context.random),
    createdMs: context.clock.now(),
    tags: {},
    inline: {},
    attached: [],
    members: [],
  };
  await context.store.transaction(async (tx) => {
    if (await groups.get(tx, scope, idOf(name)))
      throw entityAlreadyExists(`Group with name ${name} already exists.`);
    if ((await groups.list(tx, scope)).length >= mostGroups)
      throw quotaExceeded("GroupsPerAccount", mostGroups);
    groups.put(tx, scope, [idOf(name)], group);
  });
  return { Group: groupShape(context, group) };
};

const getGroup: IamOperation<"GetGroup"> = async (input, context) => {
  const { group, members } = await context.store.transaction(async (tx) => {
    const found = await findGroup(tx, context, input.GroupName!);
    const present: UserRecord[] = [];
    for (const id of found.members) {
      const user = await users.get(tx, globalScope(context), id);
      if (user) present.push(user);
    }
    return { group: found, members: present };
  });
  const { items, ...rest } = pageOf(members, input, ({ name }) => idOf(name));
  return {
    Group: groupShape(context, group),
    Users: items.map((user) => userShape(context, user)),
    ...rest,
  };
};

const listGroups: IamOperation<"ListGroups"> = async (input, context) => {
  const all = await context.store.transaction((tx) => groups.list(tx, globalScope(context)));
  const under = all.filter(({ path }) => path.startsWith(input.PathPrefix ?? "/"));
  const { items, ...rest } = pageOf(under, input, ({ name }) => idOf(name));
  return { Groups: items.map((group) => groupShape(context, group)), ...rest };
};

const listGroupsForUser: IamOperation<"ListGroupsForUser"> = async (input, context) => {
  const found = await context.store.transaction(async (tx) => {
    const user = await findUser(tx, context, input.UserName!);
    const all = await groups.list(tx, globalScope(context));
    return all.filter(({ members }) => members.includes(idOf(user.name)));
  });
  const { items, ...rest } = pageOf(found, input, ({ name }) => idOf(name));
  return { Groups: items.map((group) => groupShape(context, group)), ...rest };
};

const updateGroup: IamOperation<"UpdateGroup"> = async (input, context) => {
  const scope = globalScope(context);
  await context.store.transaction(async (tx) => {
    const group = await findGroup(tx, context, input.GroupName!);
    const name = input.NewGroupName ?? group.name;
    const [from, to] = [idOf(group.name), idOf(name)];
    if (from !== to) {
      if (await groups.get(tx, scope, to))
        throw entityAlreadyExists(`Group with name ${name} already exists.`);
      groups.delete(tx, scope, from);
    }
    groups.put(tx, scope, [to], { ...group, name, path: input.NewPath ?? group.path });
  });
  return {};
};

const deleteGroup: IamOperation<"DeleteGroup"> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const group = await findGroup(tx, context, input.GroupName!);
    if (group.members.length > 0)
      throw deleteConflict("Cannot delete entity, must remove users from group first.");
    if (group.attached.length > 0)
      throw deleteConflict("Cannot delete entity, must detach all policies first.");
    if (Object.keys(group.inline).length > 0)
      throw deleteConflict("Cannot delete entity, must delete policies first.");
    groups.delete(tx, globalScope(context), idOf(group.name));
  });
  return {};
};

/** Doing it twice changes nothing. */
const addUserToGroup: IamOperation<"AddUserToGroup"> = async (input, context) => {
  const scope = globalScope(context);
  await context.store.transaction(async (tx) => {
    const group = await findGroup(tx, context, input.GroupName!);
    const member = idOf((await findUser(tx, context, input.UserName!)).name);
    if (group.members.includes(member)) return;
    const own = (await groups.list(tx, scope)).filter((one) => one.members.includes(member));
    if (own.length >= mostGroupsPerUser) throw quotaExceeded("GroupsPerUser", mostGroupsPerUser);
    const members = [...group.members, member];
    groups.put(tx, scope, [idOf(group.name)], { ...group, members });
  });
  return {};
};

const removeUserFromGroup: IamOperation<"RemoveUserFromGroup"> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const group = await findGroup(tx, context, input.GroupName!);
    const user = await findUser(tx, context, input.UserName!);
    const members = group.members.filter((member) => member !== idOf(user.name));
    groups.put(tx, globalScope(context), [idOf(group.name)], { ...group, members });
  });
  return {};
};

export const groupOperations: IamOperations = {
  CreateGroup: createGroup,
  GetGroup: getGroup,
  ListGroups: listGroups,
  ListGroupsForUser: listGroupsForUser,
  UpdateGroup: updateGroup,
  DeleteGroup: deleteGroup,
  AddUserToGroup: addUserToGroup,
  RemoveUserFromGroup: removeUserFromGroup,
};
