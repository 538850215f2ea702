import { newUniqueId } from "#services/kit/access-key.ts";
import { pageOf, type IamOperation, type IamOperations } from "../context.ts";
import { deleteConflict, entityAlreadyExists, policyNotFound, quotaExceeded } from "../errors.ts";
import { findOwnRole, findRole } from "../find.ts";
import { defaultMaxSessionSeconds, longestTrustPolicy, mostRoles } from "../limits.ts";
import { policyByArn } from "../managed-policies.ts";
import { policySize } from "../policy/document.ts";
import { checkTrustPolicy } from "../policy/validate.ts";
import { globalScope, idOf, instanceProfiles, roles, type RoleRecord } from "../records.ts";
import { detailShape, roleShape } from "../shapes.ts";
import { awsManagedPolicies } from "../state.ts";
import { newTags } from "../tags.ts";

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
const createRole: IamOperation<"CreateRole"> = async (input, context) => {
  const scope = globalScope(context);
  const name = input.RoleName!;
  const boundary = input.PermissionsBoundary;
  checkTrust(input.AssumeRolePolicyDocument!);
  const role: RoleRecord = {
    name,
    path: input.Path ?? "/",
    id: newUniqueId("AROA", context.random),
    createdMs: context.clock.now(),
    tags: newTags(input.Tags),
    inline: {},
    attached: [],
    trustPolicy: input.AssumeRolePolicyDocument!,
    maxSessionSeconds: input.MaxSessionDuration ?? defaultMaxSessionSeconds,
    ...(input.Description !== undefined && { description: input.Description }),
    ...(boundary !== undefined && { permissionsBoundary: boundary }),
  };
  const awsManaged = await awsManagedPolicies(context.state);
  await context.store.transaction(async (tx) => {
    if (await roles.get(tx, scope, idOf(name)))
      throw entityAlreadyExists(`Role with name ${name} already exists.`);
    if ((await roles.list(tx, scope)).length >= mostRoles)
      throw quotaExceeded("RolesPerAccount", mostRoles);
    if (boundary !== undefined && !(await policyByArn(tx, context, awsManaged, boundary)))
      throw policyNotFound(boundary);
    roles.put(tx, scope, [idOf(name)], role);
  });
  return { Role: { ...roleShape(context, role), ...detailShape(role) } };
};

function checkTrust(document: string): void {
  checkTrustPolicy(document);
  if (policySize(document) > longestTrustPolicy)
    throw quotaExceeded("ACLSizePerRole", longestTrustPolicy);
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html */
const getRole: IamOperation<"GetRole"> = async (input, context) => {
  const role = await context.store.transaction((tx) => findRole(tx, context, input.RoleName!));
  return { Role: { ...roleShape(context, role), ...detailShape(role), RoleLastUsed: {} } };
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html */
const listRoles: IamOperation<"ListRoles"> = async (input, context) => {
  const all = await context.store.transaction((tx) => roles.list(tx, globalScope(context)));
  const under = all.filter(({ path }) => path.startsWith(input.PathPrefix ?? "/"));
  const { items, ...rest } = pageOf(under, input, ({ name }) => idOf(name));
  return { Roles: items.map((role) => roleShape(context, role)), ...rest };
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html */
const deleteRole: IamOperation<"DeleteRole"> = async (input, context) => {
  const scope = globalScope(context);
  await context.store.transaction(async (tx) => {
    const role = await findOwnRole(tx, context, input.RoleName!);
    const id = idOf(role.name);
    if ((await instanceProfiles.list(tx, scope)).some((profile) => profile.role === id))
      throw deleteConflict("Cannot delete entity, must remove roles from instance profile first.");
    if (role.attached.length > 0)
      throw deleteConflict("Cannot delete entity, must detach all policies first.");
    if (Object.keys(role.inline).length > 0)
      throw deleteConflict("Cannot delete entity, must delete policies first.");
    roles.delete(tx, scope, id);
  });
  return {};
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html */
const updateRole: IamOperation<"UpdateRole"> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const role = await findOwnRole(tx, context, input.RoleName!);
    const { MaxSessionDuration: maxSessionSeconds, Description: description } = input;
    roles.put(tx, globalScope(context), [idOf(role.name)], {
      ...role,
      ...(maxSessionSeconds !== undefined && { maxSessionSeconds }),
      ...(description !== undefined && { description }),
    });
  });
  return {};
};

const updateRoleDescription: IamOperation<"UpdateRoleDescription"> = async (input, context) => {
  const role = await context.store.transaction(async (tx) => {
    const found = await findOwnRole(tx, context, input.RoleName!);
    const changed = { ...found, description: input.Description! };
    roles.put(tx, globalScope(context), [idOf(found.name)], changed);
    return changed;
  });
  return { Role: roleShape(context, role) };
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html */
const updateAssumeRolePolicy: IamOperation<"UpdateAssumeRolePolicy"> = async (input, context) => {
  checkTrust(input.PolicyDocument!);
  await context.store.transaction(async (tx) => {
    const role = await findOwnRole(tx, context, input.RoleName!);
    roles.put(tx, globalScope(context), [idOf(role.name)], {
      ...role,
      trustPolicy: input.PolicyDocument!,
    });
  });
  return {};
};

export const roleOperations: IamOperations = {
  CreateRole: createRole,
  GetRole: getRole,
  ListRoles: listRoles,
  DeleteRole: deleteRole,
  UpdateRole: updateRole,
  UpdateRoleDescription: updateRoleDescription,
  UpdateAssumeRolePolicy: updateAssumeRolePolicy,
};
