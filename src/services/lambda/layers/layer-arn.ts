import { formatArn } from "#services/kit/arn.ts";
import type { Scope } from "#store/collection.ts";
import { invalidParameter } from "../errors.ts";

export const layerArn = (scope: Scope, name: string, version?: number): string =>
  formatArn("lambda", scope, `layer:${name}${version === undefined ? "" : `:${version}`}`);

/** Of a layer's version. Throws InvalidParameterValueException. */
export function readLayerArn(arn: string): { scope: Scope; name: string; version: number } {
  const [, region, account, name, version] =
    /^arn:aws[\w-]*:lambda:([a-z0-9-]+):(\d{12}):layer:([\w-]+):(\d+)$/.exec(arn) ?? [];
  if (region === undefined || account === undefined || name === undefined)
    throw invalidParameter(`Invalid layer arn provided: ${arn}`);
  return { scope: { account, region }, name, version: Number(version) };
}

/** A layer's name, as callers say it: the name alone or the layer's ARN. */
export function readLayerName(text: string, scope: Scope): { scope: Scope; name: string } {
  const [, region, account, name] =
    /^arn:aws[\w-]*:lambda:([a-z0-9-]+):(\d{12}):layer:([\w-]+)$/.exec(text) ?? [];
  if (name !== undefined) return { scope: { account: account!, region: region! }, name };
  return { scope, name: text };
}
