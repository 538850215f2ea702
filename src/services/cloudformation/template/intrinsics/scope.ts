/** What intrinsic functions may look at while a value is worked out. */
import type { Evaluated, TemplateValue } from "../values.ts";

/** A resource as Ref and Fn::GetAtt see it. */
export interface KnownResource {
  readonly ref: Evaluated;
  /** Undefined when the type has no such attribute. */
  attribute(name: string): Evaluated | undefined;
  readonly type: string;
  /** True when its attributes are not to be shown. */
  readonly noEcho?: boolean;
}

/**
 * Facts that somebody has to be asked for: "import" → export name, "zones" → region, "ssm" → reference,
 * "valueOf" → "TYPE ID ATTRIBUTE" of a resource that a parameter names.
 */
export interface Lookup {
  kind: "valueOf" | "import" | "zones" | "ssm" | "ssm-secure" | "secretsmanager";
  key: string;
}

export interface EvaluationEnvironment {
  /** Parameters and pseudo parameters by name. */
  readonly names: Readonly<Record<string, Evaluated>>;
  readonly mappings: Readonly<Record<string, TemplateValue>>;
  condition(name: string): boolean;
  resource(logicalId: string): KnownResource | undefined;
  /** An answer that is known already, or Unknown; whoever evaluates then finds the answer and comes back. */
  lookup(lookup: Lookup): Evaluated;
}

export interface Scope extends EvaluationEnvironment {
  /** Works out an argument in the same surroundings. */
  evaluate(value: TemplateValue): Evaluated;
}
