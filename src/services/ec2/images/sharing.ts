/**
 * Who may use an image or a snapshot besides its owner: accounts, or everybody. An image may be shared
 * with organizations and their units as well; no account here belongs to one, so that is only told.
 */
import { ec2Error } from "../errors.ts";

export interface Sharing {
  public: boolean;
  accounts: readonly string[];
  /** ARNs of organizations and of organizational units; images only. */
  organizations?: readonly string[];
}

interface Permission {
  Group?: string | undefined;
  UserId?: string | undefined;
  OrganizationArn?: string | undefined;
  OrganizationalUnitArn?: string | undefined;
}

/** A request says it in either of two ways. */
export interface SharingChange {
  permission: { Add?: Permission[] | undefined; Remove?: Permission[] | undefined } | undefined;
  OperationType?: string | undefined;
  UserIds?: readonly string[] | undefined;
  groups?: readonly string[] | undefined;
  OrganizationArns?: readonly string[] | undefined;
  OrganizationalUnitArns?: readonly string[] | undefined;
}

/** https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html */
const organizationForm = /^arn:aws[\w-]*:organizations::\d{12}:organization\/o-[a-z0-9]{10,32}$/;
/** https://docs.aws.amazon.com/organizations/latest/APIReference/API_OrganizationalUnit.html */
const unitForm =
  /^arn:aws[\w-]*:organizations::\d{12}:ou\/o-[a-z0-9]{10,32}\/ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}$/;

/** Undefined when nothing is asked for. Throws InvalidAMIAttributeItemValue for what is no "all", account or ARN. */
export function changeSharing(before: Sharing, wanted: SharingChange): Sharing | undefined {
  const { permission, OperationType, UserIds = [], groups = [] } = wanted;
  const added = namesIn(permission?.Add);
  const removed = namesIn(permission?.Remove);
  (OperationType === "remove" ? removed : added).push(
    ...UserIds.map((UserId) => ({ UserId })),
    ...groups.map((Group) => ({ Group })),
    ...(wanted.OrganizationArns ?? []).map((OrganizationArn) => ({ OrganizationArn })),
    ...(wanted.OrganizationalUnitArns ?? []).map((OrganizationalUnitArn) => ({
      OrganizationalUnitArn,
    })),
  );
  if (added.length + removed.length === 0) return undefined;
  for (const one of [...added, ...removed]) checkPermission(one);
  const accounts = new Set(before.accounts);
  const organizations = new Set(before.organizations);
  let open = before.public;
  const change = ({ Group, UserId, ...arns }: Permission, adds: boolean) => {
    const arn = arns.OrganizationArn ?? arns.OrganizationalUnitArn;
    if (Group) open = adds;
    for (const [set, name] of [
      [accounts, UserId],
      [organizations, arn],
    ] as const)
      if (name !== undefined) {
        if (adds) set.add(name);
        else set.delete(name);
      }
  };
  for (const one of added) change(one, true);
  for (const one of removed) change(one, false);
  return {
    public: open,
    accounts: [...accounts].sort(),
    organizations: [...organizations].sort(),
  };
}

function checkPermission({ Group, UserId, ...arns }: Permission): void {
  const { OrganizationArn, OrganizationalUnitArn } = arns;
  if (Group !== undefined && Group !== "all") throw invalidItem(Group, "userGroup");
  if (UserId !== undefined && !/^\d{12}$/.test(UserId)) throw invalidItem(UserId, "userId");
  if (OrganizationArn !== undefined && !organizationForm.test(OrganizationArn))
    throw invalidItem(OrganizationArn, "organizationArn");
  if (OrganizationalUnitArn !== undefined && !unitForm.test(OrganizationalUnitArn))
    throw invalidItem(OrganizationalUnitArn, "organizationalUnitArn");
}

export function describeSharing({
  public: open,
  accounts,
}: Sharing): { Group?: "all"; UserId?: string }[] {
  return [...(open ? [{ Group: "all" as const }] : []), ...accounts.map((UserId) => ({ UserId }))];
}

export function describeOrganizations({ organizations = [] }: Sharing) {
  return organizations.map((arn) =>
    unitForm.test(arn) ? { OrganizationalUnitArn: arn } : { OrganizationArn: arn },
  );
}

function namesIn(list: readonly Permission[] | undefined): Permission[] {
  return [...(list ?? [])];
}

const invalidItem = (value: string, type: string) =>
  ec2Error(
    "InvalidAMIAttributeItemValue",
    `Invalid attribute item value "${value}" for ${type} item type.`,
  );
