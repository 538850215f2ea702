// Runs a function's handler for Lambda's Node.js runtimes: fetches events from the runtime API, calls
// the handler, brings back what it gives.
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html, runtimes-api.html
import { existsSync } from "node:fs";
import { request, Agent } from "node:http";
import https from "node:https";
import { createRequire, registerHooks, syncBuiltinESMExports } from "node:module";
import { resolve } from "node:path";
import { format } from "node:util";
import { pathToFileURL } from "node:url";

const env = process.env;
const [host, port] = env.AWS_LAMBDA_RUNTIME_API.split(":");
const base = "/2018-06-01/runtime";
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const isJson = env.AWS_LAMBDA_LOG_FORMAT === "JSON";
const levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const least = isJson ? Math.max(0, levels.indexOf(env.AWS_LAMBDA_LOG_LEVEL ?? "INFO")) : 0;
let requestId;

// Nobody is left to work for when what started this has ended.
process.stdin
  .on("end", () => process.exit(0))
  .on("error", () => process.exit(0))
  .resume();
process.stdin.unref?.();

/** AWS's runtimes bring the SDK along; here it is found where Fogbank has it. */
const sdk = env.FOGBANK_SDK_FROM;
delete env.FOGBANK_SDK_FROM;
if (sdk)
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (!/^@(aws-sdk|smithy)\//.test(specifier)) throw error;
        return next(specifier, { ...context, parentURL: sdk });
      }
    },
  });

/**
 * A custom resource's answer goes to a bucket's URL on AWS, which code knows to be HTTPS on port 443 and so names by host and
 * path alone, or hands to `https` as it is. Here the same host and path are the gateway's.
 */
const gateway = env.AWS_ENDPOINT_URL && new URL(env.AWS_ENDPOINT_URL);
const secured = https.request;
https.request = (...args) => {
  const [first] = args;
  const url = typeof first === "string" || first instanceof URL ? new URL(first) : undefined;
  const options = args.find((one) => typeof one === "object" && !(one instanceof URL));
  const host = url?.hostname ?? options?.hostname ?? options?.host;
  const path = url ? url.pathname + url.search : options?.path;
  const meant =
    gateway?.protocol === "http:" && host === gateway.hostname && path?.startsWith("/_fogbank/");
  if (!meant) return secured(...args);
  const { agent: _agent, protocol: _protocol, ...rest } = options ?? {};
  const answered = args.find((one) => typeof one === "function");
  return request({ ...rest, hostname: host, path, port: gateway.port }, answered);
};
syncBuiltinESMExports();

function write(level, args) {
  if (levels.indexOf(level) < least) return;
  const timestamp = new Date().toISOString();
  const [first] = args;
  if (!isJson) {
    const text = format(...args).replaceAll("\n", "\r");
    process.stdout.write(`${timestamp}\t${requestId ?? "undefined"}\t${level}\t${text}\n`);
    return;
  }
  const error = args.find((one) => one instanceof Error);
  const message =
    args.length === 1 && typeof first === "object" && !error ? first : format(...args);
  const details = error && {
    errorType: error.name,
    errorMessage: error.message,
    stackTrace: error.stack?.split("\n"),
  };
  process.stdout.write(`${JSON.stringify({ timestamp, level, requestId, message, ...details })}\n`);
}

for (const [method, level] of Object.entries({
  log: "INFO",
  info: "INFO",
  trace: "TRACE",
  debug: "DEBUG",
  warn: "WARN",
  error: "ERROR",
  fatal: "FATAL",
}))
  console[method] = (...args) => write(level, args);

function call(method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        agent,
        host,
        port,
        method,
        path: base + path,
        headers:
          body === undefined ? headers : { "content-length": Buffer.byteLength(body), ...headers },
      },
      (response) => {
        const pieces = [];
        response.on("data", (piece) => pieces.push(piece));
        response.on("end", () =>
          resolve({
            status: response.statusCode,
            headers: response.headers,
            body: Buffer.concat(pieces).toString(),
          }),
        );
        response.on("error", reject);
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

function describe(error) {
  if (!(error instanceof Error))
    return { errorType: typeof error, errorMessage: format(error), trace: [] };
  return {
    errorType: error.name,
    errorMessage: error.message,
    trace: (error.stack ?? "").split("\n"),
  };
}

const fail = (path, error) => {
  const told = JSON.stringify(describe(error));
  return call("POST", path, told, {
    "content-type": "application/json",
    "lambda-runtime-function-error-type": error?.name ?? "Error",
  });
};

class NamedError extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

async function loadHandler() {
  const handler = env._HANDLER ?? "";
  const [, folder = "", file, path] = /^(.*\/)?([^./]+)\.(.+)$/.exec(handler) ?? [];
  if (file === undefined) throw new NamedError("Runtime.MalformedHandlerName", "Bad handler");
  const stem = resolve(env.LAMBDA_TASK_ROOT, `${folder}${file}`);
  const found = ["", ".js", ".mjs", ".cjs"].map((end) => stem + end).find((one) => existsSync(one));
  if (found === undefined)
    throw new NamedError(
      "Runtime.ImportModuleError",
      `Error: Cannot find module '${file}'\nRequire stack:\n- /var/runtime/index.mjs`,
    );
  let loaded;
  try {
    loaded =
      found === stem
        ? createRequire(import.meta.url)(found)
        : await import(pathToFileURL(found).href);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new NamedError("Runtime.UserCodeSyntaxError", String(error));
    if (error?.code === "MODULE_NOT_FOUND" || error?.code === "ERR_MODULE_NOT_FOUND")
      throw new NamedError("Runtime.ImportModuleError", String(error));
    throw error;
  }
  const within = (from) => path.split(".").reduce((value, name) => value?.[name], from);
  const run = within(loaded) ?? within(loaded.default);
  if (run === undefined)
    throw new NamedError("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  if (typeof run !== "function")
    throw new NamedError("Runtime.HandlerNotFound", `${handler} is not a function`);
  return run;
}

/** Streams are gathered: their bytes arrive when the handler has ended them. */
class ResponseStream {
  pieces = [];
  ended = false;
  write(piece) {
    this.pieces.push(Buffer.from(piece));
    return true;
  }
  setContentType() {}
  end(piece) {
    if (piece !== undefined) this.write(piece);
    this.ended = true;
    return this;
  }
  destroy(error) {
    this.error = error;
  }
  on() {
    return this;
  }
  once() {
    return this;
  }
  emit() {
    return true;
  }
}

const streamed = Symbol("streamed");
globalThis.awslambda = {
  streamifyResponse: (handler) => Object.assign(handler, { [streamed]: true }),
  HttpResponseStream: {
    from: (stream, prelude) => {
      stream.prelude = prelude;
      return stream;
    },
  },
};

function contextOf(headers) {
  const deadlineMs = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext:
      headers["lambda-runtime-client-context"] &&
      JSON.parse(headers["lambda-runtime-client-context"]),
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}

async function answer(handler, body, context) {
  const event = JSON.parse(body);
  if (handler[streamed]) {
    const stream = new ResponseStream();
    await handler(event, stream, context);
    if (stream.error) throw stream.error;
    const bytes = Buffer.concat(stream.pieces);
    if (!stream.prelude) return bytes;
    return JSON.stringify({
      ...stream.prelude,
      body: bytes.toString("base64"),
      isBase64Encoded: true,
    });
  }
  const { promise, resolve, reject } = Promise.withResolvers();
  const done = (error, value) =>
    error === null || error === undefined ? resolve(value) : reject(error);
  Object.assign(context, {
    done,
    succeed: resolve,
    fail: (error) => reject(error ?? new Error("handled")),
  });
  const given = handler(event, context, done);
  if (typeof given?.then === "function") given.then(resolve, reject);
  else if (handler.length < 3) resolve(given);
  const value = await promise;
  return JSON.stringify(value === undefined ? null : value);
}

process.on("uncaughtException", (error) => crash("Uncaught Exception", error));
process.on("unhandledRejection", (reason) =>
  crash(
    "Unhandled Promise Rejection",
    Object.assign(new NamedError("Runtime.UnhandledPromiseRejection", String(reason)), { reason }),
  ),
);

function crash(what, error) {
  write("ERROR", [
    `${what} \t${JSON.stringify({ ...describe(error), stack: error.stack?.split("\n") })}`,
  ]);
  const path = requestId === undefined ? "/init/error" : `/invocation/${requestId}/error`;
  fail(path, error).finally(() => process.exit(129));
}

let handler;
try {
  handler = await loadHandler();
} catch (error) {
  write("ERROR", [
    `Uncaught Exception \t${JSON.stringify({ ...describe(error), stack: error.stack?.split("\n") })}`,
  ]);
  await fail("/init/error", error);
  process.exit(1);
}
for (;;) {
  const next = await call("GET", "/invocation/next");
  if (next.status !== 200) process.exit(1);
  requestId = next.headers["lambda-runtime-aws-request-id"];
  process.env._X_AMZN_TRACE_ID = next.headers["lambda-runtime-trace-id"] ?? "";
  try {
    const value = await answer(handler, next.body, contextOf(next.headers));
    await call("POST", `/invocation/${requestId}/response`, value, {
      "content-type": "application/json",
    });
  } catch (error) {
    write("ERROR", [
      `Invoke Error \t${JSON.stringify({ ...describe(error), trace: undefined, stack: error?.stack?.split("\n") })}`,
    ]);
    await fail(`/invocation/${requestId}/error`, error);
  }
}
