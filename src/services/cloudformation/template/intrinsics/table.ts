/** The intrinsic functions by name. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html */
import type { Scope } from "./scope.ts";
import { TemplateError, refuseUnexpanded, type Evaluated, type TemplateValue } from "../values.ts";
import { cidr, getAZs, length, select, split } from "./lists.ts";
import { and, condition, equals, ifElse, not, or } from "./logic.ts";
import { findInMap, getAtt, importValue, ref } from "./references.ts";
import { base64, join, sub, toJsonString } from "./strings.ts";

export type Intrinsic = (argument: TemplateValue, scope: Scope) => Evaluated;

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: ref,
  Condition: condition,
  "Fn::And": and,
  "Fn::Base64": base64,
  "Fn::Cidr": cidr,
  "Fn::Equals": equals,
  "Fn::FindInMap": findInMap,
  "Fn::GetAZs": getAZs,
  "Fn::GetAtt": getAtt,
  "Fn::If": ifElse,
  "Fn::ImportValue": importValue,
  "Fn::Join": join,
  "Fn::Length": length,
  "Fn::Not": not,
  "Fn::Or": or,
  "Fn::Select": select,
  "Fn::Split": split,
  "Fn::Sub": sub,
  "Fn::ToJsonString": toJsonString,
};

export function evaluateIntrinsic(name: string, argument: TemplateValue, scope: Scope): Evaluated {
  const run = Object.hasOwn(intrinsics, name) ? intrinsics[name] : undefined;
  if (run) return run(argument, scope);
  refuseUnexpanded(name);
  throw new TemplateError(
    `Template error: Fn::${name.slice(4)} is not a recognized intrinsic function`,
  );
}
