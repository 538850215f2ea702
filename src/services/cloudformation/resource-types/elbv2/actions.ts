/** Actions of listeners and rules as the API takes them. */
import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Properties } from "../resource-type.ts";

/** The schema gives orders, weights and ports the types that the API wants; texts that it wants are made texts. */
export function actionsOf(actions: readonly Properties[]): Action[] {
  return actions.map((action) => {
    const { FixedResponseConfig: fixed, AuthenticateOidcConfig: oidc } = action;
    const { AuthenticateCognitoConfig: cognito, ...rest } = action;
    return {
      ...rest,
      ...(fixed && { FixedResponseConfig: { ...fixed, StatusCode: String(fixed.StatusCode) } }),
      ...(oidc && { AuthenticateOidcConfig: withTimeout(oidc) }),
      ...(cognito && { AuthenticateCognitoConfig: withTimeout(cognito) }),
    } as Action;
  });
}

function withTimeout({ SessionTimeout, ...rest }: Properties): Properties {
  return SessionTimeout === undefined ? rest : { ...rest, SessionTimeout: Number(SessionTimeout) };
}
