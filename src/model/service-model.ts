/** One service as AWS describes it: its operations and errors, ready for codecs to be compiled from. */
import { serviceFacts, type ServiceFacts } from "./facts.ts";
import type { ServiceName } from "./sdk.ts";
import { createShapeReader, type SchemaRef, type SchemaTable } from "./shape.ts";
import type { Shape, StructureShape } from "./shape.ts";

export interface OperationModel {
  readonly service: ServiceName;
  readonly name: string;
  readonly input: StructureShape;
  readonly output: StructureShape;
  /** Only REST services bind operations to methods and paths. */
  readonly http: HttpBinding | undefined;
}

export interface HttpBinding {
  readonly method: string;
  /** The path with its labels, without the query. */
  readonly path: string;
  /** Names and values that the query must hold; undefined asks for the name alone. */
  readonly query: readonly (readonly [string, string | undefined])[];
  readonly status: number;
}

export interface ErrorModel {
  /** The shape's name: the code in every protocol but query. */
  readonly name: string;
  /** The code in query replies and in `x-amzn-query-error`. */
  readonly queryCode: string;
  readonly status: number;
  readonly fault: "client" | "server";
  readonly shape: StructureShape;
}

export interface ServiceModel {
  readonly service: ServiceName;
  readonly facts: ServiceFacts;
  /** "com.amazonaws.sqs" */
  readonly namespace: string;
  readonly operations: ReadonlyMap<string, OperationModel>;
  /** By shape name and, where that is another, by query code. */
  readonly errors: ReadonlyMap<string, ErrorModel>;
}

const kinds = { operation: 9, error: -3 };

/** What tools/bundle-schemas.ts makes of a client package. */
export interface SchemaFile {
  /** Places of the operations and errors. */
  readonly entries: readonly number[];
  readonly schemas: SchemaTable;
}

/** Reads the exports of a client package. */
export function createServiceModel(
  service: ServiceName,
  exports: Readonly<Record<string, unknown>>,
): ServiceModel {
  const schemas = Object.entries(exports)
    .filter(([name, value]) => name.endsWith("$") && Array.isArray(value))
    .map(([, value]) => value as readonly unknown[]);
  return buildModel(service, schemas, createShapeReader());
}

export function readSchemaFile(
  service: ServiceName,
  { entries, schemas }: SchemaFile,
): ServiceModel {
  const roots = entries.map((place) => schemas[place]!);
  return buildModel(service, roots, createShapeReader(schemas));
}

function buildModel(
  service: ServiceName,
  schemas: readonly (readonly unknown[])[],
  read: (ref: SchemaRef) => Shape,
): ServiceModel {
  const operations = new Map<string, OperationModel>();
  const errors = new Map<string, ErrorModel>();
  let namespace = "";
  for (const schema of schemas) {
    const [kind, space, name] = schema as [number, string, string];
    if (kind === kinds.operation) {
      namespace = space;
      operations.set(name, readOperation(service, name, schema, read as StructureReader));
    } else if (kind === kinds.error && !space.startsWith("smithy.ts.sdk.synthetic")) {
      const error = readError(read(schema) as StructureShape);
      errors.set(error.name, error);
    }
  }
  for (const error of new Set(errors.values()))
    if (!errors.has(error.queryCode)) errors.set(error.queryCode, error);
  return { service, facts: serviceFacts[service], namespace, operations, errors };
}

type StructureReader = (ref: SchemaRef) => StructureShape;

function readOperation(
  service: ServiceName,
  name: string,
  schema: readonly unknown[],
  read: StructureReader,
): OperationModel {
  const [, , , traits, inputRef, outputRef] = schema as [
    number,
    string,
    string,
    { http?: readonly [string, string, number] } | 0,
    SchemaRef,
    SchemaRef,
  ];
  let input: StructureShape | undefined;
  let output: StructureShape | undefined;
  const http = typeof traits === "object" ? traits.http : undefined;
  return {
    service,
    name,
    get input() {
      return (input ??= read(inputRef));
    },
    get output() {
      return (output ??= read(outputRef));
    },
    http: http && readHttp(...http),
  };
}

function readHttp(method: string, uri: string, status: number): HttpBinding {
  const [path = "/", search = ""] = uri.split("?");
  const query = search
    .split("&")
    .filter((part) => part !== "")
    .map((part): [string, string | undefined] => {
      const [name = "", value] = part.split("=");
      return [name, value];
    });
  return { method, path, query, status };
}

function readError(shape: StructureShape): ErrorModel {
  const { error: fault = "client", httpError, awsQueryError } = shape.traits;
  const status = httpError ?? awsQueryError?.[1] ?? (fault === "server" ? 500 : 400);
  return { name: shape.name, queryCode: awsQueryError?.[0] ?? shape.name, status, fault, shape };
}
