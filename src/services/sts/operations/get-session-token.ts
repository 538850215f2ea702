import type { Operation } from "#services/kit/service.ts";
import { accessDenied } from "../errors.ts";
import { defaultSessionTokenSeconds, longestRootSeconds } from "../limits.ts";
import { issue, type State } from "../sessions.ts";

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
export const getSessionToken: Operation<"sts", "GetSessionToken", State> = async (
  input,
  context,
) => {
  const { principal } = context;
  if (principal.accessKeyId?.startsWith("ASIA") || principal.type === "service")
    throw accessDenied("Cannot call GetSessionToken with session credentials");
  if (input.SerialNumber !== undefined || input.TokenCode !== undefined)
    throw accessDenied(
      "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
    );
  const asked = input.DurationSeconds ?? defaultSessionTokenSeconds;
  const seconds = principal.type === "root" ? Math.min(asked, longestRootSeconds) : asked;
  return { Credentials: await issue(context, { principal }, seconds) };
};
