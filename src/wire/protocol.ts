/** What each protocol offers the gateway, and what it is given. */
import { BodyTooLargeError, readBody, WholeBody } from "#http/http.ts";
import type { ByteStream, HttpReply, HttpRequest } from "#http/http.ts";
import { AwsError } from "#model/error.ts";
import { serviceFacts, type ProtocolName, type ServiceFacts } from "#model/facts.ts";
import type { OperationModel, ServiceModel } from "#model/service-model.ts";
import type { ServiceName } from "#model/sdk.ts";
import type { Shape } from "#model/shape.ts";

/** What a request says of itself in its head. */
export interface Identified {
  readonly protocol: ProtocolName;
  /** Undefined when only the body can tell, or when `unknown` says that nobody can. */
  readonly service: ServiceName | undefined;
  /** Where the head names it: `x-amz-target`, a CBOR path, `Action` in the query. */
  readonly operation: string | undefined;
  /** The access key and scope of the signature, verified by nobody yet. */
  readonly scope: CredentialScope | undefined;
  /** From the scope, else from the host name. */
  readonly region: string | undefined;
  /** The name of a service that Fogbank does not have. */
  readonly unknown: string | undefined;
}

export interface CredentialScope {
  /** Version 2 names neither date nor region: both are empty then. */
  readonly version: 2 | 4;
  readonly accessKeyId: string;
  /** "20260105" */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** "20260105/us-east-1/sqs/aws4_request" */
  readonly text: string;
  readonly presigned: boolean;
  /** What else an Authorization header says that is written as all of AWS's clients write it. */
  readonly header?: SignedHeader;
}

export interface SignedHeader {
  /** In lower case, and the same with semicolons between them. */
  readonly signedHeaders: readonly string[];
  readonly signedHeadersText: string;
  /** Where the signature begins; it goes on to the end. */
  readonly signatureAt: number;
}

export interface Decoded {
  readonly model: ServiceModel;
  readonly operation: OperationModel;
  /** As the SDK types it: Date, Uint8Array, ByteStream where the operation streams. */
  readonly input: unknown;
}

export interface DecodeRequest {
  readonly identified: Identified;
  readonly request: HttpRequest;
  /** The payload, stripped of signing's own framing. */
  readonly body: ByteStream;
}

export interface ReplyContext {
  readonly identified: Identified;
  readonly request: HttpRequest;
  readonly requestId: string;
}

export interface Protocol {
  decode(model: ServiceModel, request: DecodeRequest): Decoded | Promise<Decoded>;
  encode(operation: OperationModel, output: unknown, context: ReplyContext): HttpReply;
  /** The model is missing when the request never reached a service. */
  encodeError(model: ServiceModel | undefined, error: AwsError, context: ReplyContext): HttpReply;
}

/** More than any AWS API but object stores takes in one request. */
export const bodyLimitBytes = 32 * 1024 * 1024;

/** The bytes of a body that is no stream to its operation. Throws RequestEntityTooLarge. */
export async function readWhole(body: ByteStream): Promise<Buffer> {
  try {
    return await readBody(body, bodyLimitBytes);
  } catch (error) {
    if (!(error instanceof BodyTooLargeError)) throw error;
    throw tooLarge();
  }
}

export function tooLarge(): AwsError {
  return new AwsError({
    code: "RequestEntityTooLarge",
    status: 413,
    message: `The request body is longer than ${bodyLimitBytes} bytes.`,
  });
}

/** Runs at once when the body is in memory already, so that small requests wait for nothing. */
export function withWhole<T>(body: ByteStream, use: (bytes: Buffer) => T): T | Promise<T> {
  if (body instanceof WholeBody && body.bytes.length <= bodyLimitBytes) return use(body.bytes);
  return readWhole(body).then(use);
}

/** What is known of the service of a request that may have failed before anything of it was loaded. */
export function factsOf(
  model: ServiceModel | undefined,
  { service }: Identified,
): ServiceFacts | undefined {
  return model?.facts ?? (service && serviceFacts[service]);
}

/** How a failed operation is named and answered, once its error is looked up in the model. */
export interface ResolvedError {
  readonly name: string;
  readonly queryCode: string;
  readonly status: number;
  readonly fault: "client" | "server";
  readonly modeled: boolean;
}

export function resolveError(model: ServiceModel | undefined, error: AwsError): ResolvedError {
  const known = model?.errors.get(error.code);
  const status = error.status ?? known?.status ?? 400;
  return {
    name: known?.name ?? error.code,
    queryCode: known?.queryCode ?? error.code,
    status,
    fault: known?.fault ?? (status >= 500 ? "server" : "client"),
    modeled: known !== undefined,
  };
}

/** What a JSON or CBOR error says besides its type: its members in wire form, its message always. */
export function errorMembers(
  model: ServiceModel | undefined,
  error: AwsError,
  encoderOf: (shape: Shape) => ((value: unknown) => unknown) | undefined,
): Record<string, unknown> {
  const shape = model?.errors.get(error.code)?.shape;
  if (!shape) return { message: error.message, ...error.members };
  const encode = encoderOf(shape);
  const members = encode ? (encode(error.members) as object) : error.members;
  const named = shape.members.find(({ name }) => name.toLowerCase() === "message");
  return { [named?.name ?? "message"]: error.message, ...members };
}
