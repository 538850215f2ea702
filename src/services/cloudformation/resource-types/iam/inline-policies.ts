/** Inline and attached policies of users, groups and roles, brought to what properties say. */
import { AwsError } from "#model/error.ts";
import { documentText } from "../properties.ts";
import type { ExistingRequest, Properties, StackClients, UpdateRequest } from "../resource-type.ts";

export type HolderKind = "Role" | "User" | "Group";

export interface Holder {
  kind: HolderKind;
  name: string;
}

export async function putInline(
  { iam }: StackClients,
  { kind, name }: Holder,
  PolicyName: string,
  document: unknown,
): Promise<void> {
  const policy = { PolicyName, PolicyDocument: documentText(document) };
  if (kind === "Role") await iam.PutRolePolicy({ RoleName: name, ...policy });
  else if (kind === "User") await iam.PutUserPolicy({ UserName: name, ...policy });
  else await iam.PutGroupPolicy({ GroupName: name, ...policy });
}

export async function deleteInline(
  { iam }: StackClients,
  { kind, name }: Holder,
  PolicyName: string,
): Promise<void> {
  if (kind === "Role") await iam.DeleteRolePolicy({ RoleName: name, PolicyName });
  else if (kind === "User") await iam.DeleteUserPolicy({ UserName: name, PolicyName });
  else await iam.DeleteGroupPolicy({ GroupName: name, PolicyName });
}

export async function attach(
  { iam }: StackClients,
  { kind, name }: Holder,
  PolicyArn: string,
): Promise<void> {
  if (kind === "Role") await iam.AttachRolePolicy({ RoleName: name, PolicyArn });
  else if (kind === "User") await iam.AttachUserPolicy({ UserName: name, PolicyArn });
  else await iam.AttachGroupPolicy({ GroupName: name, PolicyArn });
}

export async function detach(
  { iam }: StackClients,
  { kind, name }: Holder,
  PolicyArn: string,
): Promise<void> {
  if (kind === "Role") await iam.DetachRolePolicy({ RoleName: name, PolicyArn });
  else if (kind === "User") await iam.DetachUserPolicy({ UserName: name, PolicyArn });
  else await iam.DetachGroupPolicy({ GroupName: name, PolicyArn });
}

/** Applies the properties Policies and ManagedPolicyArns to a new holder. */
export async function applyPolicies(request: ExistingRequest, kind: HolderKind): Promise<void> {
  const { clients, properties, physicalId: name } = request;
  for (const { PolicyName, PolicyDocument } of properties["Policies"] ?? [])
    await putInline(clients, { kind, name }, PolicyName, PolicyDocument);
  for (const arn of properties["ManagedPolicyArns"] ?? [])
    await attach(clients, { kind, name }, arn);
}

/** As `applyPolicies`, and takes away what the former properties had besides. */
export async function updatePolicies(request: UpdateRequest, kind: HolderKind): Promise<void> {
  const { clients, properties, previous, physicalId: name } = request;
  const holder = { kind, name };
  const names = (of: Properties): string[] =>
    (of["Policies"] ?? []).map(({ PolicyName }: Properties) => String(PolicyName));
  const kept = names(properties);
  for (const gone of names(previous))
    if (!kept.includes(gone)) await orUndefined(deleteInline(clients, holder, gone));
  const arns: string[] = properties["ManagedPolicyArns"] ?? [];
  for (const gone of previous["ManagedPolicyArns"] ?? [])
    if (!arns.includes(gone)) await orUndefined(detach(clients, holder, gone));
  await applyPolicies(request, kind);
}

/** Takes away all that a holder holds, so that it can be deleted. */
export async function dropPolicies(
  { clients, properties, physicalId: name }: ExistingRequest,
  kind: HolderKind,
): Promise<void> {
  const holder = { kind, name };
  for (const { PolicyName } of properties["Policies"] ?? [])
    await orUndefined(deleteInline(clients, holder, PolicyName));
  for (const arn of properties["ManagedPolicyArns"] ?? [])
    await orUndefined(detach(clients, holder, arn));
}

/** What a call answers, or undefined when what it names is not there. */
export async function orUndefined<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof AwsError && error.code.startsWith("NoSuchEntity")) return undefined;
    throw error;
  }
}
