/** CORS configurations. https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html */
import type { CORSConfiguration, CORSRule } from "@aws-sdk/client-s3";
import { invalidRequest, malformedXml } from "../errors.ts";
import { maxCorsRules } from "../limits.ts";

const methods = new Set(["GET", "PUT", "POST", "DELETE", "HEAD"]);

export function readCors(given: CORSConfiguration | undefined): CORSConfiguration {
  const rules = given?.CORSRules ?? [];
  if (rules.length === 0 || rules.length > maxCorsRules) throw malformedXml();
  for (const {
    AllowedMethods = [],
    AllowedOrigins = [],
    AllowedHeaders = [],
    ExposeHeaders = [],
  } of rules) {
    if (AllowedMethods.length === 0 || AllowedOrigins.length === 0) throw malformedXml();
    for (const method of AllowedMethods)
      if (!methods.has(method))
        throw invalidRequest(
          `Found unsupported HTTP method in CORS config. Unsupported method is ${method}`,
        );
    for (const origin of AllowedOrigins)
      if (origin.split("*").length > 2)
        throw invalidRequest(`AllowedOrigin "${origin}" can not have more than one wildcard.`);
    for (const header of AllowedHeaders)
      if (header.split("*").length > 2)
        throw invalidRequest(`AllowedHeader "${header}" can not have more than one wildcard.`);
    for (const header of ExposeHeaders)
      if (header.includes("*"))
        throw invalidRequest(
          `ExposeHeader "${header}" contains wildcard. We currently do not support wildcard for ExposeHeader.`,
        );
  }
  return JSON.parse(JSON.stringify({ CORSRules: rules })) as CORSConfiguration;
}

export const varyHeader = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

export interface CorsQuestion {
  origin: string;
  method: string;
  /** Lower case. */
  headers: readonly string[];
}

/** The first rule that allows all that is asked. */
export function findRule(
  rules: readonly CORSRule[],
  { origin, method, headers }: CorsQuestion,
): CORSRule | undefined {
  return rules.find(
    ({ AllowedOrigins = [], AllowedMethods = [], AllowedHeaders = [] }) =>
      AllowedOrigins.some((pattern) => fits(pattern, origin)) &&
      AllowedMethods.includes(method) &&
      headers.every((header) =>
        AllowedHeaders.some((pattern) => fits(pattern.toLowerCase(), header)),
      ),
  );
}

function fits(pattern: string, text: string): boolean {
  const star = pattern.indexOf("*");
  if (star < 0) return pattern === text;
  return (
    text.length >= pattern.length - 1 &&
    text.startsWith(pattern.slice(0, star)) &&
    text.endsWith(pattern.slice(star + 1))
  );
}

export function describeRule(
  { AllowedOrigins = [], AllowedMethods = [], ExposeHeaders = [], MaxAgeSeconds }: CORSRule,
  { origin, headers }: CorsQuestion,
): Record<string, string> {
  const anybody = AllowedOrigins.includes("*");
  return {
    "access-control-allow-origin": anybody ? "*" : origin,
    "access-control-allow-methods": AllowedMethods.join(", "),
    ...(headers.length > 0 && { "access-control-allow-headers": headers.join(", ") }),
    ...(ExposeHeaders.length > 0 && { "access-control-expose-headers": ExposeHeaders.join(", ") }),
    ...(MaxAgeSeconds !== undefined && { "access-control-max-age": String(MaxAgeSeconds) }),
    ...(!anybody && { "access-control-allow-credentials": "true" }),
    vary: varyHeader,
  };
}
