/** The action that asks for a JSON Web Token: checked. */
import type { Action, JwtValidationActionConfig } from "@aws-sdk/client-elastic-load-balancing-v2";
import { invalidAction, validationError } from "./errors.ts";
import { limits } from "./limits.ts";
import { isEndpoint } from "./oidc-input.ts";

const formats = ["single-string", "string-array", "space-separated-values"];
/** Those that are checked in any case. */
const ownClaims = ["exp", "iss", "nbf", "iat"];

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_JwtValidationActionConfig.html */
export function readTokenCheck({ JwtValidationConfig: config }: Action): JwtValidationActionConfig {
  if (!config) throw validationError("A jwt-validation action must have a 'JwtValidationConfig'");
  for (const name of ["JwksEndpoint", "Issuer"] as const) {
    if (!config[name]) throw validationError(`'${name}' must be specified`);
    if (config[name].length > limits.tokenTextLength)
      throw validationError(
        `The length of '${name}' must not exceed '${limits.tokenTextLength}' characters`,
      );
  }
  if (!isEndpoint(config.JwksEndpoint!))
    throw invalidAction("The JwksEndpoint must be an absolute URL that begins with https://");
  const claims = config.AdditionalClaims ?? [];
  if (claims.length > limits.claimsPerTokenCheck)
    throw validationError(
      `You can specify up to '${limits.claimsPerTokenCheck}' additional claims`,
    );
  for (const claim of claims) checkClaim(claim);
  const { JwksEndpoint, Issuer } = config;
  return { JwksEndpoint, Issuer, ...(claims.length > 0 && { AdditionalClaims: claims }) };
}

type Claim = NonNullable<JwtValidationActionConfig["AdditionalClaims"]>[number];

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_JwtValidationActionAdditionalClaim.html */
function checkClaim({ Format, Name, Values = [] }: Claim): void {
  if (!Name) throw validationError("The name of an additional claim must be specified");
  if (ownClaims.includes(Name))
    throw validationError(`'${Name}' cannot be specified as an additional claim`);
  if (!formats.includes(Format ?? ""))
    throw validationError(`Format '${Format ?? ""}' must be one of '${formats.join(", ")}'`);
  if (Values.length === 0 || Values.length > limits.valuesPerTokenClaim)
    throw validationError(
      `The additional claim '${Name}' must have between '1' and '${limits.valuesPerTokenClaim}' values`,
    );
  for (const value of Values) {
    if (value.length > limits.tokenTextLength)
      throw validationError(
        `The length of a value must not exceed '${limits.tokenTextLength}' characters`,
      );
    if (Format === "space-separated-values" && value.includes(" "))
      throw validationError("Values of format 'space-separated-values' cannot include spaces");
  }
}
