/** IAM's memory that may be lost. */
import type { Credential, Environment } from "#services/kit/service.ts";
import type { Transaction } from "#store/store.ts";
import { createCredentialCache, type CredentialCache } from "#services/kit/credential-cache.ts";
import { rootPrincipal } from "#services/kit/principal.ts";
import { loadAwsManagedPolicies, type AwsManagedPolicies } from "./aws-managed/aws-managed.ts";
import { arnOf } from "./context.ts";
import { accessKeys, globalScope, users } from "./records.ts";

export interface State {
  readonly credentials: CredentialCache;
  /** Loaded at the first use. */
  awsManaged: Promise<AwsManagedPolicies> | undefined;
}

export function awsManagedPolicies(state: State): Promise<AwsManagedPolicies> {
  return (state.awsManaged ??= loadAwsManagedPolicies());
}

export function createState({ store }: Environment): State {
  return {
    awsManaged: undefined,
    credentials: createCredentialCache({
      store,
      prefix: "AKIA",
      dependsOn: (account) => {
        const scope = globalScope({ account });
        return [accessKeys.key(scope), users.key(scope)];
      },
      load: loadCredential,
    }),
  };
}

/** A key that is switched off is no credential. */
async function loadCredential(
  tx: Transaction,
  account: string,
  accessKeyId: string,
): Promise<Credential | undefined> {
  const scope = globalScope({ account });
  const key = await accessKeys.get(tx, scope, accessKeyId);
  if (!key?.active) return undefined;
  const { secretAccessKey } = key;
  if (key.user === undefined) {
    const principal = rootPrincipal(account, scope.region, accessKeyId);
    return { accessKeyId, secretAccessKey, principal };
  }
  const user = await users.get(tx, scope, key.user);
  if (!user) return undefined;
  return {
    accessKeyId,
    secretAccessKey,
    principal: {
      type: "user",
      account,
      arn: arnOf(scope, "user", user),
      userId: user.id,
      accessKeyId,
    },
  };
}
