/** Issues temporary credentials and finds them again. */
import { dateOf } from "#runtime/date.ts";
import { newAccessKeyId, newSecretAccessKey } from "#services/kit/access-key.ts";
import { createCredentialCache, type CredentialCache } from "#services/kit/credential-cache.ts";
import type { Context, Environment } from "#services/kit/service.ts";
import { sessions, sessionScope, type SessionRecord } from "./records.ts";

export interface State {
  readonly credentials: CredentialCache;
}

export function createState(env: Environment): State {
  return {
    credentials: createCredentialCache({
      store: env.store,
      prefix: "ASIA",
      dependsOn: (account) => [sessions.key(sessionScope(account))],
      load: (tx, account, id) => sessions.get(tx, sessionScope(account), id),
    }),
  };
}

/** Everything about a session but its keys and times. The principal gets the new access key's id. */
export type Session = Omit<
  SessionRecord,
  "accessKeyId" | "secretAccessKey" | "sessionToken" | "issuedMs" | "expiresMs"
>;

export interface IssuedCredentials {
  AccessKeyId: string;
  SecretAccessKey: string;
  SessionToken: string;
  Expiration: Date;
}

/** Stores the session and gives its credentials as every STS operation returns them. */
export async function issue(
  context: Context<State>,
  session: Session,
  durationSeconds: number,
): Promise<IssuedCredentials> {
  const { random, clock, store } = context;
  const { account } = session.principal;
  const accessKeyId = newAccessKeyId("ASIA", account, random);
  const expiresMs = Math.floor(clock.wall.now() / 1000 + durationSeconds) * 1000;
  const record: SessionRecord = {
    ...session,
    principal: { ...session.principal, accessKeyId },
    accessKeyId,
    secretAccessKey: newSecretAccessKey(random),
    // The length of AWS's tokens varies; theirs, too, start with these letters.
    sessionToken: `IQoJb3JpZ2luX2Vj${Buffer.from(random.bytes(240)).toString("base64")}`,
    issuedMs: clock.now(),
    expiresMs,
  };
  await store.transaction((tx) => sessions.put(tx, sessionScope(account), [accessKeyId], record));
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: record.secretAccessKey,
    SessionToken: record.sessionToken,
    Expiration: dateOf(expiresMs),
  };
}
