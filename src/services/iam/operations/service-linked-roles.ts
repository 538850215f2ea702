/** Roles that AWS services make for themselves. https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html */
import { newUniqueId } from "#services/kit/access-key.ts";
import type { IamOperation, IamOperations } from "../context.ts";
import { invalidInput, noSuchEntity, roleNotFound } from "../errors.ts";
import { findRole } from "../find.ts";
import { defaultMaxSessionSeconds } from "../limits.ts";
import { globalScope, idOf, roles, type RoleRecord } from "../records.ts";
import { roleShape } from "../shapes.ts";
import { linkedServices } from "../linked-services.ts";

const createServiceLinkedRole: IamOperation<"CreateServiceLinkedRole"> = async (input, context) => {
  const service = input.AWSServiceName!;
  const suffix = input.CustomSuffix;
  const linked = linkedServices[service];
  if (!linked) throw invalidInput(`${service} does not support service-linked roles in Fogbank.`);
  if (suffix !== undefined && !linked.takesSuffix)
    throw invalidInput(`Custom suffix is not allowed for ${service}`);
  const name = `AWSServiceRoleFor${linked.name}${suffix === undefined ? "" : `_${suffix}`}`;
  const scope = globalScope(context);
  const role: RoleRecord = {
    name,
    path: `/aws-service-role/${service}/`,
    id: newUniqueId("AROA", context.random),
    createdMs: context.clock.now(),
    tags: {},
    inline: {},
    attached: linked.policy ? [`arn:aws:iam::aws:policy/aws-service-role/${linked.policy}`] : [],
    trustPolicy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
    }),
    maxSessionSeconds: defaultMaxSessionSeconds,
    ...(input.Description !== undefined && { description: input.Description }),
    linkedService: service,
  };
  await context.store.transaction(async (tx) => {
    if (await roles.get(tx, scope, idOf(name)))
      throw invalidInput(
        `Service role name ${name} has been taken in this account, please try a different suffix.`,
      );
    roles.put(tx, scope, [idOf(name)], role);
  });
  return { Role: roleShape(context, role) };
};

/** The role goes at once; the task's id names it, so that its status can be asked for. */
const deleteServiceLinkedRole: IamOperation<"DeleteServiceLinkedRole"> = async (input, context) => {
  const role = await context.store.transaction(async (tx) => {
    const found = await findRole(tx, context, input.RoleName!);
    if (found.linkedService === undefined) throw roleNotFound(input.RoleName!);
    roles.delete(tx, globalScope(context), idOf(found.name));
    return found;
  });
  return { DeletionTaskId: `task${role.path}${role.name}/${context.random.uuid()}` };
};

const getDeletionStatus: IamOperation<"GetServiceLinkedRoleDeletionStatus"> = async (input) => {
  if (!/^task\/aws-service-role\/[^/]+\/[^/]+\/[0-9a-f-]{36}$/.test(input.DeletionTaskId!))
    throw noSuchEntity(`Deletion task ${input.DeletionTaskId} cannot be found.`);
  return { Status: "SUCCEEDED" };
};

export const serviceLinkedRoleOperations: IamOperations = {
  CreateServiceLinkedRole: createServiceLinkedRole,
  DeleteServiceLinkedRole: deleteServiceLinkedRole,
  GetServiceLinkedRoleDeletionStatus: getDeletionStatus,
};
