import { BodyTooLargeError, readBody, type ByteStream } from "#http/http.ts";
import { readFunction } from "../arns.ts";
import { invalidRequestContent, requestTooLarge } from "../errors.ts";
import { findVersion } from "../functions/find.ts";
import { checkAccess } from "../invoke/access.ts";
import { acceptEvent } from "../invoke/accept-event.ts";
import { runEvent } from "../invoke/run.ts";
import { limits } from "../limits.ts";
import { latest } from "../records.ts";
import type { LambdaOperation } from "../state.ts";

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export const invoke: LambdaOperation<"Invoke"> = async (input, context) => {
  const reference = readFunction(input.FunctionName, context, input.Qualifier);
  const type = input.InvocationType ?? "RequestResponse";
  const payload = await readPayload(
    input.Payload,
    type === "Event" ? limits.eventBytes : limits.payloadBytes,
  );
  const { record } = await context.store.transaction(async (tx) => {
    const found = await findVersion(tx, reference);
    await checkAccess(tx, reference, context.principal);
    return found;
  });
  const { requestId } = context;
  if (type === "DryRun") return { StatusCode: 204, ExecutedVersion: record.version };
  if (type === "Event") {
    await acceptEvent(context, {
      reference,
      requestId,
      payload,
      clientContext: input.ClientContext,
    });
    return { StatusCode: 202 };
  }
  const ran = await runEvent(context, {
    reference,
    requestId,
    payload,
    clientContext: readClientContext(input.ClientContext),
  });
  return {
    StatusCode: 200,
    ExecutedVersion: ran.version,
    Payload: ran.payload as never,
    ...(ran.functionError !== undefined && { FunctionError: ran.functionError }),
    ...(input.LogType === "Tail" && { LogResult: Buffer.from(ran.logTail).toString("base64") }),
  };
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_InvokeAsync.html */
export const invokeAsync: LambdaOperation<"InvokeAsync"> = async (input, context) => {
  const reference = readFunction(input.FunctionName, context);
  const payload = await readPayload(input.InvokeArgs, limits.eventBytes);
  await context.store.transaction((tx) =>
    findVersion(tx, { ...reference, qualifier: reference.qualifier ?? latest }),
  );
  const { requestId } = context;
  await acceptEvent(context, { reference, requestId, payload, clientContext: undefined });
  return { Status: 202 };
};

/** An event without a payload is an empty object. Throws AWS's error for one that is no JSON or too large. */
async function readPayload(
  given: Uint8Array | ByteStream | undefined,
  mostBytes: number,
): Promise<Uint8Array> {
  const bytes =
    given === undefined || given instanceof Uint8Array ? given : await readWhole(given, mostBytes);
  const payload = bytes === undefined || bytes.length === 0 ? Buffer.from("{}") : bytes;
  if (payload.length > mostBytes) throw tooLarge(mostBytes);
  try {
    JSON.parse(Buffer.from(payload).toString());
  } catch (error) {
    throw invalidRequestContent(
      `Could not parse request body into json: Could not parse payload into json: ${error instanceof Error ? error.message : ""}`,
    );
  }
  return payload;
}

async function readWhole(body: ByteStream, mostBytes: number): Promise<Buffer> {
  try {
    return await readBody(body, mostBytes);
  } catch (error) {
    if (error instanceof BodyTooLargeError) throw tooLarge(mostBytes);
    throw error;
  }
}

const tooLarge = (mostBytes: number) =>
  requestTooLarge(
    `Request must be smaller than ${mostBytes} bytes for the InvokeFunction operation`,
  );

/** Base64 on the way in, JSON for the runtime. */
function readClientContext(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const text = Buffer.from(given, "base64").toString();
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    throw invalidRequestContent("Client context must be a valid Base64-encoded JSON object.");
  }
}
