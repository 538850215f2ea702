import type { IamInstanceProfileAssociation } from "@aws-sdk/client-ec2";
import { dateOf } from "#runtime/date.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Ec2Operation } from "../../context.ts";
import { ec2Error, invalidParameterValue, missingParameter } from "../../errors.ts";
import { applyFilters } from "../../filters.ts";
import { hasIdForm, newId } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { findProfile } from "../profile.ts";
import {
  changeInstance,
  findInstance,
  instances,
  type InstanceRecord,
  type ProfileAssociation,
} from "../records.ts";

const associationNotFound = (id: string) =>
  ec2Error("NoSuchAssociation", `An invalid association-id of '${id}' was given`);

type State = IamInstanceProfileAssociation["State"];

function describe(
  instanceId: string,
  association: ProfileAssociation,
  State: State,
): IamInstanceProfileAssociation {
  return {
    AssociationId: association.associationId,
    InstanceId: instanceId,
    IamInstanceProfile: { Arn: association.arn, Id: association.id },
    State,
    Timestamp: dateOf(association.associatedMs),
  };
}

async function findAssociation(
  tx: Transaction,
  scope: Scope,
  associationId: string,
): Promise<{ instance: InstanceRecord; profile: ProfileAssociation }> {
  if (!hasIdForm(associationId, "iip-assoc"))
    throw invalidParameterValue("Invalid value for associationId.");
  for (const instance of await instances.list(tx, scope))
    if (instance.profile?.associationId === associationId)
      return { instance, profile: instance.profile };
  throw associationNotFound(associationId);
}

export const associateIamInstanceProfile: Ec2Operation<"AssociateIamInstanceProfile"> = async (
  input,
  context,
) => {
  const profile = await findProfile(context, input.IamInstanceProfile);
  if (!profile) throw missingParameter("IamInstanceProfile");
  const association = {
    ...profile,
    associationId: newId(context.random, "iip-assoc"),
    associatedMs: context.clock.now(),
  };
  await context.store.transaction(async (tx) => {
    const instance = await findInstance(tx, context, input.InstanceId!);
    if (instance.profile)
      throw ec2Error(
        "IncorrectState",
        `There is an existing association for instance ${instance.instanceId}`,
      );
    changeInstance(tx, context, instance, { profile: association });
  });
  return {
    IamInstanceProfileAssociation: describe(input.InstanceId!, association, "associating"),
  };
};

export const disassociateIamInstanceProfile: Ec2Operation<
  "DisassociateIamInstanceProfile"
> = async (input, context) =>
  context.store.transaction(async (tx) => {
    const { instance, profile } = await findAssociation(tx, context, input.AssociationId!);
    const { profile: _gone, ...without } = instance;
    instances.put(tx, context, [instance.instanceId], without);
    return {
      IamInstanceProfileAssociation: describe(instance.instanceId, profile, "disassociating"),
    };
  });

export const replaceIamInstanceProfileAssociation: Ec2Operation<
  "ReplaceIamInstanceProfileAssociation"
> = async (input, context) => {
  const profile = await findProfile(context, input.IamInstanceProfile);
  if (!profile) throw missingParameter("IamInstanceProfile");
  return context.store.transaction(async (tx) => {
    const { instance } = await findAssociation(tx, context, input.AssociationId!);
    const association = {
      ...profile,
      associationId: newId(context.random, "iip-assoc"),
      associatedMs: context.clock.now(),
    };
    changeInstance(tx, context, instance, { profile: association });
    return {
      IamInstanceProfileAssociation: describe(instance.instanceId, association, "associating"),
    };
  });
};

export const describeIamInstanceProfileAssociations: Ec2Operation<
  "DescribeIamInstanceProfileAssociations"
> = async (input, context) => {
  const all = await context.store.transaction((tx) => instances.list(tx, context));
  const associations = all.flatMap((instance) =>
    instance.profile && instance.state !== "terminated"
      ? [describe(instance.instanceId, instance.profile, "associated")]
      : [],
  );
  const ids = input.AssociationIds ?? [];
  for (const id of ids)
    if (!associations.some((one) => one.AssociationId === id)) throw associationNotFound(id);
  const wanted = associations.filter((one) => ids.length === 0 || ids.includes(one.AssociationId!));
  const { items, NextToken } = pageOf(
    applyFilters(wanted, input.Filters, {
      "instance-id": (one) => one.InstanceId,
      state: (one) => one.State,
    }),
    input,
    (one) => one.AssociationId!,
  );
  return { IamInstanceProfileAssociations: items, NextToken };
};
