"""Runs a function's handler for Lambda's Python runtimes: fetches events from the runtime API, calls
the handler, brings back what it gives.
https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html, runtimes-api.html
"""

import decimal
import http.client
import importlib
import json
import logging
import os
import sys
import threading
import time
import traceback
import urllib.parse

BASE = "/2018-06-01/runtime"
API = os.environ["AWS_LAMBDA_RUNTIME_API"]
ROOT = os.environ["LAMBDA_TASK_ROOT"]
# Readers of the standard output must not wait for a full buffer.
sys.stdout.reconfigure(line_buffering=True)
sys.path[0] = ROOT
for extra in os.environ.pop("FOGBANK_PYTHON_PATH", "").split(os.pathsep):
    if extra:
        sys.path.append(extra)


def end_with_fogbank():
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=end_with_fogbank, daemon=True).start()

# Code that answers for a custom resource knows the URL to be a bucket's and so HTTPS. Here it is the gateway's.
GATEWAY = urllib.parse.urlsplit(os.environ.get("AWS_ENDPOINT_URL", ""))
connect_secured = http.client.HTTPSConnection.connect


def connect(connection):
    if GATEWAY.scheme == "http" and (connection.host, connection.port) == (GATEWAY.hostname, GATEWAY.port):
        http.client.HTTPConnection.connect(connection)
    else:
        connect_secured(connection)


http.client.HTTPSConnection.connect = connect


class Context:
    identity = None

    def __init__(self, headers):
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        client = headers["Lambda-Runtime-Client-Context"]
        self.client_context = json.loads(client) if client else None

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))


class RequestFilter(logging.Filter):
    request_id = ""

    def filter(self, record):
        record.aws_request_id = RequestFilter.request_id
        return True


class JsonFormatter(logging.Formatter):
    def format(self, record):
        told = {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": RequestFilter.request_id,
        }
        if record.exc_info:
            told["errorType"] = record.exc_info[0].__name__
            told["errorMessage"] = str(record.exc_info[1])
            told["stackTrace"] = traceback.format_tb(record.exc_info[2])
        return json.dumps(told, default=str)


def set_up_logging():
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(RequestFilter())
    if os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON":
        handler.setFormatter(JsonFormatter())
        logging.getLogger().setLevel(os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO").replace("FATAL", "CRITICAL"))
    else:
        form = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
        formatter = logging.Formatter(form, "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        handler.setFormatter(formatter)
    logging.getLogger().addHandler(handler)


def call(connection, method, path, body=None, headers=None):
    connection.request(method, BASE + path, body, headers or {})
    response = connection.getresponse()
    return response.status, response.headers, response.read()


def describe(error):
    trace = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in trace if frame.filename != __file__ and not frame.filename.startswith("<frozen")]
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": RequestFilter.request_id,
        "stackTrace": traceback.format_list(own),
    }


def fail(connection, path, told):
    headers = {"Lambda-Runtime-Function-Error-Type": told["errorType"], "Content-Type": "application/json"}
    call(connection, "POST", path, json.dumps(told), headers)


def report(told):
    lines = [f"[ERROR] {told['errorType']}: {told['errorMessage']}"]
    if told["stackTrace"]:
        lines.append("Traceback (most recent call last):")
        lines.extend(line.rstrip("\n") for line in told["stackTrace"])
    print("\r".join(lines).replace("\n", "\r"), flush=True)


class HandlerError(Exception):
    def __init__(self, kind, message, error=None):
        super().__init__(message)
        self.kind = kind
        self.cause = error


def load_handler():
    name = os.environ["_HANDLER"]
    module_name, dot, function_name = name.rpartition(".")
    if not dot:
        raise HandlerError("Runtime.MalformedHandlerName", f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise HandlerError("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}", error) from error
    except SyntaxError as error:
        raise HandlerError("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}", error) from error
    try:
        return getattr(module, function_name)
    except AttributeError as error:
        raise HandlerError("Runtime.HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'") from error


def encode(value):
    if isinstance(value, decimal.Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def main():
    host, port = API.rsplit(":", 1)
    connection = http.client.HTTPConnection(host, int(port))
    set_up_logging()
    try:
        handler = load_handler()
    except BaseException as error:  # what a module does at its import is the function's affair
        told = describe(error)
        if isinstance(error, HandlerError):
            told.update(errorType=error.kind, stackTrace=[])
        report(told)
        fail(connection, "/init/error", told)
        sys.exit(1)
    while True:
        status, headers, body = call(connection, "GET", "/invocation/next")
        if status != 200:
            sys.exit(1)
        RequestFilter.request_id = request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        os.environ["_X_AMZN_TRACE_ID"] = headers["Lambda-Runtime-Trace-Id"] or ""
        try:
            value = handler(json.loads(body), Context(headers))
            try:
                answer = json.dumps(value, default=encode)
            except TypeError as error:
                raise HandlerError("Runtime.MarshalError", f"Unable to marshal response: {error}") from error
            call(connection, "POST", f"/invocation/{request_id}/response", answer, {"Content-Type": "application/json"})
        except Exception as error:
            told = describe(error)
            if isinstance(error, HandlerError):
                told.update(errorType=error.kind, stackTrace=[])
            report(told)
            fail(connection, f"/invocation/{request_id}/error", told)


main()
