/** Reads the entities that requests name, or throws AWS's NoSuchEntity. */
import type { Transaction } from "#store/store.ts";
import { parseArn } from "#services/kit/arn.ts";
import {
  serverCertificates,
  type ServerCertificateRecord,
} from "#services/kit/server-certificates.ts";
import type { IamContext } from "./context.ts";
import {
  groupNotFound,
  instanceProfileNotFound,
  roleNotFound,
  serverCertificateNotFound,
  unmodifiableEntity,
  userNotFound,
  validationError,
} from "./errors.ts";
import {
  globalScope,
  groups,
  idOf,
  instanceProfiles,
  roles,
  users,
  type GroupRecord,
  type InstanceProfileRecord,
  type RoleRecord,
  type UserRecord,
} from "./records.ts";

type Account = { account: string };

export async function findUser(tx: Transaction, of: Account, name: string): Promise<UserRecord> {
  const found = await users.get(tx, globalScope(of), idOf(name));
  if (!found) throw userNotFound(name);
  return found;
}

export async function findGroup(tx: Transaction, of: Account, name: string): Promise<GroupRecord> {
  const found = await groups.get(tx, globalScope(of), idOf(name));
  if (!found) throw groupNotFound(name);
  return found;
}

export async function findRole(tx: Transaction, of: Account, name: string): Promise<RoleRecord> {
  const found = await roles.get(tx, globalScope(of), idOf(name));
  if (!found) throw roleNotFound(name);
  return found;
}

/** As `findRole`, refusing roles that belong to a service. */
export async function findOwnRole(tx: Transaction, of: Account, name: string): Promise<RoleRecord> {
  const role = await findRole(tx, of, name);
  if (role.linkedService !== undefined) throw unmodifiableEntity(role.name);
  return role;
}

export async function findInstanceProfile(
  tx: Transaction,
  of: Account,
  name: string,
): Promise<InstanceProfileRecord> {
  const found = await instanceProfiles.get(tx, globalScope(of), idOf(name));
  if (!found) throw instanceProfileNotFound(name);
  return found;
}

export async function findServerCertificate(
  tx: Transaction,
  of: Account,
  name: string,
): Promise<ServerCertificateRecord> {
  const found = await serverCertificates.get(tx, globalScope(of), idOf(name));
  if (!found) throw serverCertificateNotFound(name);
  return found;
}

/** The user that a request means when it names none: the caller. Undefined when that is the root. */
export function namedUser(userName: string | undefined, context: IamContext): string | undefined {
  if (userName !== undefined) return userName;
  const { principal } = context;
  if (principal.type === "root") return undefined;
  if (principal.type === "user") {
    const resource = parseArn(principal.arn)?.resource ?? "";
    return resource.slice(resource.lastIndexOf("/") + 1);
  }
  throw validationError("Must specify userName when calling with non-User credentials");
}
