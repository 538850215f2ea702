/**
 * Every operation of every service, both ways, against the SDK's own client side.
 * FOGBANK_RUNS=50 draws more values per operation; FOGBANK_SEED chooses others.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { GeneratorValue } from "fast-check";
import { readBody, type ByteStream } from "#http/http.ts";
import { AwsError } from "#model/error.ts";
import { serviceFacts, serviceNames, type ProtocolName } from "#model/facts.ts";
import { loadModel } from "#model/load-model.ts";
import type { ServiceName } from "#model/sdk.ts";
import type { ServiceModel } from "#model/service-model.ts";
import { eventStreamMember } from "./event-stream/encode.ts";
import { generate, type Limits } from "./testing/generate.ts";
import { createSdk, type ProtocolClass, type Sdk } from "./testing/sdk.ts";
import { decode, encode, encodeError, type Identified } from "./wire.ts";

const runs = Number(process.env.FOGBANK_RUNS ?? 1);
const seed = Number(process.env.FOGBANK_SEED ?? 42);

const { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } =
  (await import("@aws-sdk/core/protocols")) as unknown as Record<string, ProtocolClass>;

const classes: Partial<Record<ProtocolName, ProtocolClass | undefined>> = {
  query: AwsQueryProtocol,
  cbor: AwsSmithyRpcV2CborProtocol,
};

for (const service of serviceNames)
  for (const [index, protocol] of serviceFacts[service].protocols.entries())
    test(`${service} in ${protocol}: the SDK and Fogbank read what the other writes`, async () => {
      const { protocols } = serviceFacts[service];
      const model = await loadModel(service);
      const sdk = await createSdk(service, protocols.length > 1 ? classes[protocol] : undefined);
      const limits = { xml: protocol !== "json" && protocol !== "cbor" };
      const context = { service, protocol, model, sdk, limits };
      // All operations share the draws of one property: setting one up costs more than running it.
      await check((draw) => everyInput(draw, context), index);
      await check((draw) => everyOutput(draw, context), index);
      await check((draw) => everyError(draw, context), index);
    });

async function check(body: (draw: GeneratorValue) => Promise<void>, offset: number) {
  await fc.assert(fc.asyncProperty(fc.gen(), body), {
    numRuns: runs,
    seed: seed + offset,
    endOnFailure: true,
  });
}

interface Trip {
  service: ServiceName;
  protocol: ProtocolName;
  model: ServiceModel;
  sdk: Sdk;
  limits: Limits;
}

async function everyInput(draw: GeneratorValue, { service, protocol, model, sdk, limits }: Trip) {
  for (const { name, input: shape } of model.operations.values()) {
    const input = shape.unit ? {} : (generate(draw, shape, limits) as Record<string, unknown>);
    // Both of SQS's lists of attributes have one name in query requests.
    if (service === "sqs" && protocol === "query") delete input.MessageSystemAttributeNames;
    const request = await sdk.send(name, structuredClone(input));
    const identified = identifiedAs(service, protocol, request);
    const decoded = await decode(identified, request, request.body);
    assert.equal(decoded.operation.name, name, `${request.method} ${request.target}`);
    const read = await withoutStreams(decoded.input as Record<string, unknown>);
    dropEmptyBody(read, input);
    // The SDK says what it sends where its caller does not.
    if (input.ContentType === undefined) delete read.ContentType;
    assert.deepEqual(plain(read, limits), plain(input, limits), `input of ${name}`);
  }
}

async function everyOutput(draw: GeneratorValue, { service, protocol, model, sdk, limits }: Trip) {
  for (const operation of model.operations.values()) {
    const { name, output: shape } = operation;
    if (eventStreamMember(shape)) continue;
    const output = shape.unit ? {} : generate(draw, shape, limits);
    const request = await sdk.send(name, minimal(operation.input.members));
    const context = {
      identified: identifiedAs(service, protocol, request),
      request,
      requestId: "id",
    };
    const reply = encode({ model, operation, input: {} }, structuredClone(output), context);
    const received = (await sdk.receive(name, reply)) as Record<string, unknown>;
    delete received.$metadata;
    const read = await withoutStreams(received);
    dropEmptyBody(read, output as Record<string, unknown>);
    if (!("ContentType" in (output as object))) delete read.ContentType;
    assert.deepEqual(plain(read, limits), plain(output, limits), `output of ${name}`);
  }
}

async function everyError(draw: GeneratorValue, { service, protocol, model, sdk, limits }: Trip) {
  const [operation] = model.operations.values();
  const request = await sdk.send(operation!.name, minimal(operation!.input.members));
  for (const { name, shape, status, queryCode } of new Set(model.errors.values())) {
    const members = generate(draw, shape, limits) as Record<string, unknown>;
    for (const key of Object.keys(members)) if (/^message$/i.test(key)) delete members[key];
    const error = new AwsError({ code: name, message: `about ${name}`, members });
    const context = {
      identified: identifiedAs(service, protocol, request),
      request,
      requestId: "id",
    };
    const reply = encodeError(error, context, { model, operation: operation!, input: {} });
    assert.equal(reply.status, status);
    const thrown = await sdk.receive(operation!.name, reply).then(
      () => assert.fail(`${name} was no error to the SDK`),
      (caught: Record<string, unknown>) => caught,
    );
    // Two of CloudWatch's errors share one code where query codes are sent.
    assert.equal(
      thrown.name,
      queryCodesTell(protocol, model) ? model.errors.get(queryCode)!.name : name,
    );
    assert.equal(thrown.message, `about ${name}`);
    const read = Object.fromEntries(Object.keys(members).map((key) => [key, thrown[key]]));
    assert.deepEqual(plain(read, limits), plain(members, limits), `members of ${name}`);
  }
}

function queryCodesTell(protocol: ProtocolName, { facts }: ServiceModel): boolean {
  return protocol === "query" || facts.queryCompatible === true;
}

function identifiedAs(
  service: ServiceName,
  protocol: ProtocolName,
  { headers, target }: { headers: Readonly<Record<string, string | undefined>>; target: string },
): Identified {
  const operation = headers["x-amz-target"]?.split(".").at(-1) ?? target.split("/").at(-1);
  const body = { scope: undefined, region: undefined, unknown: undefined };
  return { protocol, service, operation, ...body };
}

/** The least input that the SDK can send: what its path needs. */
function minimal(members: readonly { name: string; traits: { httpLabel?: 1 } }[]) {
  const labels = members.filter(({ traits }) => traits.httpLabel);
  return Object.fromEntries(labels.map(({ name }) => [name, "abc"]));
}

/** A streaming body is always there to be read, even when nothing was sent. */
function dropEmptyBody(read: Record<string, unknown>, sent: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(read))
    if (sent[name] === undefined && value instanceof Uint8Array && value.length === 0)
      delete read[name];
}

async function withoutStreams(value: Record<string, unknown>): Promise<Record<string, unknown>> {
  const read = { ...value };
  for (const [name, item] of Object.entries(read)) {
    if (isStream(item)) read[name] = new Uint8Array(await readBody(item, 10_000));
    else if (isSdkStream(item)) read[name] = await item.transformToByteArray();
  }
  return read;
}

function isStream(value: unknown): value is ByteStream {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

function isSdkStream(value: unknown): value is { transformToByteArray(): Promise<Uint8Array> } {
  return typeof value === "object" && value !== null && "transformToByteArray" in value;
}

/** Without what a protocol cannot tell from nothing: undefined members, and in XML empty ones. */
function plain(value: unknown, limits: Limits): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (value instanceof Date) return value.toISOString();
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value))
    return value
      .map((item) => plain(item, limits))
      .filter((item) => !(limits.xml && isEmpty(item)));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]): [string, unknown] => [key, plain(item, limits)])
      .filter(([, item]) => item !== undefined && !(limits.xml && isEmpty(item))),
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
