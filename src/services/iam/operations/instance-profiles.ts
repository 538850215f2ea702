/** Instance profiles: how a role comes to an instance. https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateInstanceProfile.html */
import type { Transaction } from "#store/store.ts";
import { newUniqueId } from "#services/kit/access-key.ts";
import { pageOf, type IamContext, type IamOperation, type IamOperations } from "../context.ts";
import { deleteConflict, entityAlreadyExists, quotaExceeded, roleNotFound } from "../errors.ts";
import { findInstanceProfile, findRole } from "../find.ts";
import { mostInstanceProfiles } from "../limits.ts";
import {
  globalScope,
  idOf,
  instanceProfiles,
  roles,
  type InstanceProfileRecord,
  type RoleRecord,
} from "../records.ts";
import { instanceProfileShape, tagsShape } from "../shapes.ts";
import { newTags } from "../tags.ts";

async function withRole(tx: Transaction, context: IamContext, profile: InstanceProfileRecord) {
  const role: RoleRecord | undefined =
    profile.role === undefined
      ? undefined
      : await roles.get(tx, globalScope(context), profile.role);
  return { profile, role };
}

const createInstanceProfile: IamOperation<"CreateInstanceProfile"> = async (input, context) => {
  const scope = globalScope(context);
  const name = input.InstanceProfileName!;
  const profile: InstanceProfileRecord = {
    name,
    path: input.Path ?? "/",
    id: newUniqueId("AIPA", context.random),
    createdMs: context.clock.now(),
    tags: newTags(input.Tags),
  };
  await context.store.transaction(async (tx) => {
    if (await instanceProfiles.get(tx, scope, idOf(name)))
      throw entityAlreadyExists(`Instance Profile ${name} already exists.`);
    if ((await instanceProfiles.list(tx, scope)).length >= mostInstanceProfiles)
      throw quotaExceeded("InstanceProfilesPerAccount", mostInstanceProfiles);
    instanceProfiles.put(tx, scope, [idOf(name)], profile);
  });
  const shape = instanceProfileShape(context, profile, undefined);
  return { InstanceProfile: { ...shape, ...tagsShape(profile.tags) } };
};

const getInstanceProfile: IamOperation<"GetInstanceProfile"> = async (input, context) => {
  const { profile, role } = await context.store.transaction(async (tx) =>
    withRole(tx, context, await findInstanceProfile(tx, context, input.InstanceProfileName!)),
  );
  const shape = instanceProfileShape(context, profile, role);
  return { InstanceProfile: { ...shape, ...tagsShape(profile.tags) } };
};

interface ListInput {
  Marker?: string | undefined;
  MaxItems?: number | undefined;
}

async function list(
  context: IamContext,
  input: ListInput,
  select: (tx: Transaction, all: InstanceProfileRecord[]) => Promise<InstanceProfileRecord[]>,
) {
  const found = await context.store.transaction(async (tx) => {
    const selected = await select(tx, await instanceProfiles.list(tx, globalScope(context)));
    const withRoles = [];
    for (const profile of selected) withRoles.push(await withRole(tx, context, profile));
    return withRoles;
  });
  const { items, ...rest } = pageOf(found, input, ({ profile }) => idOf(profile.name));
  const shapes = items.map(({ profile, role }) => instanceProfileShape(context, profile, role));
  return { InstanceProfiles: shapes, ...rest };
}

const listInstanceProfiles: IamOperation<"ListInstanceProfiles"> = (input, context) =>
  list(context, input, async (_tx, all) =>
    all.filter(({ path }) => path.startsWith(input.PathPrefix ?? "/")),
  );

const listInstanceProfilesForRole: IamOperation<"ListInstanceProfilesForRole"> = (input, context) =>
  list(context, input, async (tx, all) => {
    const role = await findRole(tx, context, input.RoleName!);
    return all.filter((profile) => profile.role === idOf(role.name));
  });

const deleteInstanceProfile: IamOperation<"DeleteInstanceProfile"> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const profile = await findInstanceProfile(tx, context, input.InstanceProfileName!);
    if (profile.role !== undefined)
      throw deleteConflict("Cannot delete entity, must remove roles from instance profile first.");
    instanceProfiles.delete(tx, globalScope(context), idOf(profile.name));
  });
  return {};
};

const addRoleToInstanceProfile: IamOperation<"AddRoleToInstanceProfile"> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const profile = await findInstanceProfile(tx, context, input.InstanceProfileName!);
    const role = await findRole(tx, context, input.RoleName!);
    if (profile.role !== undefined) throw quotaExceeded("InstanceSessionsPerInstanceProfile", 1);
    const changed = { ...profile, role: idOf(role.name) };
    instanceProfiles.put(tx, globalScope(context), [idOf(profile.name)], changed);
  });
  return {};
};

const removeRoleFromInstanceProfile: IamOperation<"RemoveRoleFromInstanceProfile"> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const profile = await findInstanceProfile(tx, context, input.InstanceProfileName!);
    const { role, ...empty } = profile;
    if (role !== idOf(input.RoleName!)) throw roleNotFound(input.RoleName!);
    instanceProfiles.put(tx, globalScope(context), [idOf(profile.name)], empty);
  });
  return {};
};

export const instanceProfileOperations: IamOperations = {
  CreateInstanceProfile: createInstanceProfile,
  GetInstanceProfile: getInstanceProfile,
  ListInstanceProfiles: listInstanceProfiles,
  ListInstanceProfilesForRole: listInstanceProfilesForRole,
  DeleteInstanceProfile: deleteInstanceProfile,
  AddRoleToInstanceProfile: addRoleToInstanceProfile,
  RemoveRoleFromInstanceProfile: removeRoleFromInstanceProfile,
};
