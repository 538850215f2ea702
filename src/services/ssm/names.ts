/** Names of parameters: their rules, their ARNs, and the selectors behind them. */
import { formatArn, parseArn } from "#services/kit/arn.ts";
import { accessDenied, levelLimitExceeded, validationException } from "./errors.ts";
import { longestName, mostLevels } from "./limits.ts";

/** "arn:aws:ssm:us-east-1:123456789012:parameter/shop/db" for "/shop/db" and "shop" alike. */
export function parameterArn(scope: { account: string; region: string }, name: string): string {
  return formatArn("ssm", scope, `parameter${name.startsWith("/") ? "" : "/"}${name}`);
}

/** Throws what PutParameter says to a bad name. https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html */
export function checkName(name: string): void {
  const bare = name.replace(/^\/+/, "").toLowerCase();
  const isPath = name.indexOf("/", 1) > 0;
  if (bare.startsWith("aws") || bare.startsWith("ssm")) {
    if (/^\/aws/i.test(name) && isPath)
      throw accessDenied(`No access to reserved parameter name: ${name}.`);
    if (!isPath)
      throw validationException(
        'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).',
      );
    throw validationException(pathRule);
  }
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(name) || name.includes("//") || name.endsWith("/"))
    throw validationException(pathRule);
  if (name.includes("/") && !name.startsWith("/"))
    throw validationException("Parameter name must be a fully qualified name.");
  if (name.length > longestName)
    throw validationException(
      `Parameter name is too long: its fully qualified name may have ${longestName} characters.`,
    );
  if (name.split("/").length - 1 > mostLevels) throw levelLimitExceeded(name);
}

const pathRule =
  'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_';

/** A name of one level may be written with a leading slash or without. */
export function spellingsOf(name: string): string[] {
  if (name.indexOf("/", 1) > 0) return [name];
  return name.startsWith("/") ? [name, name.slice(1)] : [name, `/${name}`];
}

export interface ParameterReference {
  /** What the name may be: an ARN does not tell "/a" from "a". */
  names: string[];
  /** A version's number or a label; undefined for the newest. */
  selector: string | undefined;
}

/** Reads "name", "name:3", "name:label" and ARNs of these; undefined for anything else. */
export function parseReference(text: string): ParameterReference | undefined {
  const arn = parseArn(text);
  const resource = arn?.service === "ssm" ? /^parameter(\/.*)$/.exec(arn.resource)?.[1] : undefined;
  if (arn && resource === undefined) return undefined;
  const [name, selector, ...rest] = (resource ?? text).split(":");
  if (!name || rest.length > 0 || selector === "") return undefined;
  return { names: resource ? [name, name.slice(1)] : [name], selector };
}
