/** Who may make endpoints to a service. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpointServicePermissions.html */
import type { Ec2Operation, Ec2Operations } from "../../context.ts";
import { ec2Error } from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { newId } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds } from "../kinds.ts";
import { ownEndpointServices } from "../own-endpoint-services.ts";

/** https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html#add-remove-permissions */
function typeOf(principal: string) {
  if (principal === "*") return "All" as const;
  // https://docs.aws.amazon.com/appflow/latest/userguide/private-flows.html lets appflow.amazonaws.com in.
  if (/^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(principal)) return "Service" as const;
  const resource = /^arn:[^:]*:iam::[^:]*:(root|user|role)/.exec(principal)?.[1];
  if (resource === undefined)
    throw ec2Error("InvalidPrincipal", `Invalid Principal: '${principal}'`);
  if (resource === "root") return "Account" as const;
  return resource === "user" ? ("User" as const) : ("Role" as const);
}

interface Permission {
  permissionId: string;
  principal: string;
}

const filters: FilterTable<Permission> = {
  principal: ({ principal }) => principal,
  "principal-type": ({ principal }) => typeOf(principal),
};

const shape = (serviceId: string, { permissionId, principal }: Permission) => ({
  Principal: principal,
  PrincipalType: typeOf(principal),
  ServicePermissionId: permissionId,
  ServiceId: serviceId,
});

const describe: Ec2Operation<"DescribeVpcEndpointServicePermissions"> = async (input, context) => {
  const { serviceId, permissions } = await inNetwork(context, (tx) =>
    find(tx, context, kinds.endpointService, input.ServiceId!),
  );
  const found = applyFilters(permissions, input.Filters, filters);
  const { items, NextToken } = pageOf(found, input, ({ principal }) => principal);
  return { AllowedPrincipals: items.map((one) => shape(serviceId, one)), NextToken };
};

const modify: Ec2Operation<"ModifyVpcEndpointServicePermissions"> = async (input, context) => {
  const { AddAllowedPrincipals: added = [], RemoveAllowedPrincipals: removed = [] } = input;
  added.forEach(typeOf);
  const { serviceId, fresh } = await inNetwork(context, async (tx) => {
    const service = await find(tx, context, kinds.endpointService, input.ServiceId!);
    const kept = service.permissions.filter(({ principal }) => !removed.includes(principal));
    const present = new Set(kept.map(({ principal }) => principal));
    const granted = [...new Set(added).difference(present)].map((principal) => ({
      permissionId: newId(context.random, "vpce-svc-perm"),
      principal,
    }));
    const permissions = [...kept, ...granted];
    ownEndpointServices.put(tx, context, [service.serviceId], { ...service, permissions });
    return { serviceId: service.serviceId, fresh: granted };
  });
  return { AddedPrincipals: fresh.map((one) => shape(serviceId, one)), ReturnValue: true };
};

export const endpointServicePermissionOperations: Ec2Operations = {
  DescribeVpcEndpointServicePermissions: describe,
  ModifyVpcEndpointServicePermissions: modify,
};
