/**
 * HTTP traits that no service has yet, on a service made up here: both REST protocols against the
 * SDK's own client side.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createServiceModel } from "#model/service-model.ts";
import { AwsError } from "#model/error.ts";
import type { ServiceName } from "#model/sdk.ts";
import { createSdkProtocol, fakeRequest, type ProtocolClass } from "../testing/sdk.ts";
import type { Identified, Protocol } from "../protocol.ts";
import { restJson } from "../rest-json.ts";
import { restXml } from "../rest-xml.ts";

const sdkProtocols = (await import("@aws-sdk/core/protocols")) as unknown as Record<
  string,
  ProtocolClass
>;

const space = "com.example";
const detail = [
  3,
  space,
  "Detail",
  0,
  ["note", "when", "data", "many", "table"],
  [
    [0, { jsonName: "remark", xmlName: "remark" }],
    [5, 0],
    21,
    [64, { xmlFlattened: 1 }],
    [128, { xmlFlattened: 1 }],
  ],
];
const everything = [
  3,
  space,
  "Everything",
  0,
  [
    "id",
    "rest",
    "text",
    "count",
    "flag",
    "at",
    "epoch",
    "list",
    "times",
    "meta",
    "query",
    "queryList",
    "queryAt",
    "params",
    "detail",
    "ratio",
  ],
  [
    [0, 1],
    [0, 1],
    [0, { httpHeader: "x-text" }],
    [1, { httpHeader: "x-count" }],
    [2, { httpHeader: "x-flag" }],
    [4, { httpHeader: "x-at" }],
    [7, { httpHeader: "x-epoch" }],
    [64, { httpHeader: "x-list" }],
    [64 | 4, { httpHeader: "x-times" }],
    [128, { httpPrefixHeaders: "x-meta-" }],
    [0, { httpQuery: "q" }],
    [64 | 1, { httpQuery: "ql" }],
    [4, { httpQuery: "qa" }],
    [128, { httpQueryParams: 1 }],
    () => detail,
    1,
  ],
  2,
];
const payload = [
  3,
  space,
  "PayloadIn",
  0,
  ["id", "detail"],
  [
    [0, 1],
    [() => detail, 16],
  ],
  1,
];
const blob = [
  3,
  space,
  "BlobIn",
  0,
  ["data", "kind"],
  [
    [21, 16],
    [0, { httpHeader: "content-type" }],
  ],
];
const text = [3, space, "TextIn", 0, ["text"], [[0, 16]]];
const reply = [
  3,
  space,
  "Reply",
  0,
  ["status", "text", "list", "meta", "at", "detail", "ratios"],
  [
    [1, { httpResponseCode: 1 }],
    [0, { httpHeader: "x-text" }],
    [64, { httpHeader: "x-list" }],
    [128, { httpPrefixHeaders: "x-meta-" }],
    [4, { httpHeader: "x-at" }],
    () => detail,
    64 | 1,
  ],
];
const tooMany = [
  -3,
  space,
  "TooMany",
  { error: "client", httpError: 429 },
  ["message", "retry", "detail"],
  [0, [0, { httpHeader: "retry-after" }], () => detail],
];
const operation = (
  name: string,
  http: [string, string, number],
  input: unknown,
  output: unknown,
) => [9, space, name, { http }, () => input, () => output];
const schemas: Record<string, unknown> = {
  TooMany$: tooMany,
  Everything$: operation(
    "Everything",
    ["POST", "/things/{id}/files/{rest+}?fixed&kind=a", 201],
    everything,
    reply,
  ),
  Payload$: operation("Payload", ["PUT", "/things/{id}", 200], payload, payload),
  Blob$: operation("Blob", ["POST", "/blob", 200], blob, blob),
  Text$: operation("Text", ["POST", "/text", 200], text, text),
  Unit$: operation("Unit", ["DELETE", "/things", 204], "unit", "unit"),
};

const at = new Date("2026-01-05T12:00:00Z");
const detailValue = {
  note: 'a "b" <c>',
  when: at,
  data: new Uint8Array([1, 255]),
  many: ["x", "y"],
  table: { k: "v", l: "w" },
};
const inputs: Record<string, Record<string, unknown>> = {
  Everything: {
    id: "a/b ü",
    rest: "c/d e//f",
    text: "hello",
    count: 1.5,
    flag: false,
    at,
    epoch: at,
    list: ["a", "b, c", 'd "e"'],
    times: [at, new Date(0)],
    meta: { one: "1" },
    query: "x y&z",
    queryList: [1, 2],
    queryAt: at,
    params: { other: "o" },
    detail: detailValue,
    ratio: 0.25,
  },
  Payload: { id: "a", detail: detailValue },
  Blob: { data: new Uint8Array([0, 1]), kind: "image/png" },
  Text: { text: "plain <text>" },
  Unit: {},
};
const outputs: Record<string, Record<string, unknown>> = {
  Everything: {
    status: 202,
    text: "t",
    list: ["a", "b, c"],
    meta: { one: "1" },
    at,
    detail: detailValue,
    ratios: [0.5, Number.NaN, Number.POSITIVE_INFINITY, -1],
  },
  Payload: { detail: detailValue },
  Blob: { data: new Uint8Array([0, 1]), kind: "image/png" },
  Text: { text: "plain <text>" },
  Unit: {},
};

const identified = { protocol: "rest-json", service: undefined } as unknown as Identified;

for (const [name, protocol, sdkName] of [
  ["rest-json", restJson, "AwsRestJsonProtocol"],
  ["rest-xml", restXml, "AwsRestXmlProtocol"],
] as [string, Protocol, string][]) {
  const model = createServiceModel("sqs" satisfies ServiceName, schemas);
  const sdk = createSdkProtocol(schemas, new sdkProtocols[sdkName]!({ defaultNamespace: space }));
  const context = { identified, request: fakeRequest({}), requestId: "id" };

  for (const [operationName, input] of Object.entries(inputs))
    test(`${name} reads and writes ${operationName} as the SDK does`, async () => {
      const request = await sdk.send(operationName, input);
      const decoded = await protocol.decode(model, { identified, request, body: request.body });
      assert.equal(decoded.operation.name, operationName);
      assert.deepEqual(decoded.input, input);
      const output = outputs[operationName]!;
      const encoded = protocol.encode(decoded.operation, output, context);
      const received = (await sdk.receive(operationName, encoded)) as Record<string, unknown>;
      delete received.$metadata;
      if (received.data) received.data = new Uint8Array(received.data as Uint8Array);
      assert.deepEqual(plain(received), plain(output));
    });

  test(`${name} encodes an error's members in headers and body`, async () => {
    const error = new AwsError({
      code: "TooMany",
      message: "slow down",
      members: { retry: "3", detail: detailValue },
    });
    const encoded = protocol.encodeError(model, error, context);
    assert.equal(encoded.status, 429);
    assert.equal(encoded.headers["retry-after"], "3");
    assert.match(encoded.body as string, /slow down/);
    assert.match(encoded.body as string, /remark/);
    if (name === "rest-json") assert.equal(encoded.headers["x-amzn-errortype"], "TooMany");
    else assert.match(encoded.body as string, /<Code>TooMany<\/Code>/);
  });
}

function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, item: unknown) =>
      item instanceof Uint8Array
        ? Buffer.from(item).toString("hex")
        : typeof item === "number" && !Number.isFinite(item)
          ? String(item)
          : item,
    ),
  );
}
