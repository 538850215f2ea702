/** The form of the generated files: what AWS's published models demand of inputs, and nothing else. */

export interface ServiceConstraints {
  /** Which model the facts were read from. */
  readonly source: string;
  /** Operation name → the structure of its input. */
  readonly operations: Readonly<Record<string, string>>;
  /** Only structures that demand something of themselves or of what they hold. */
  readonly structures: Readonly<Record<string, StructureConstraint>>;
  readonly enums: Readonly<Record<string, readonly string[]>>;
}

export type StructureConstraint = Readonly<Record<string, MemberConstraint>>;

export interface MemberConstraint extends ValueConstraint {
  readonly required?: true;
}

export interface ValueConstraint {
  /** Of text (characters), blobs (bytes), lists and maps (entries). */
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly min?: number;
  readonly max?: number;
  /** In Java's syntax, as AWS publishes and quotes it; the whole text must match. */
  readonly pattern?: string;
  /** Name of an enum. */
  readonly enum?: string;
  /** Values are not quoted in messages. */
  readonly sensitive?: true;
  readonly structure?: string;
  readonly item?: ValueConstraint;
  readonly key?: ValueConstraint;
  readonly value?: ValueConstraint;
}
