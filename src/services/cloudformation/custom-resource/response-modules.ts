/**
 * The module that functions whose code stands in a template find, to answer for a custom resource.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
 */

/** The module's files by path, for code that asks for it; none for other code. */
export function responseModules(runtime: string, code: string): Record<string, string> {
  if (runtime.startsWith("python"))
    return /^\s*import cfnresponse\b/m.test(code) ? { "cfnresponse.py": pythonModule } : {};
  return /["']cfn-response["']/.test(code)
    ? { "node_modules/cfn-response/index.js": nodeModule }
    : {};
}

const nodeModule = `"use strict";
exports.SUCCESS = "SUCCESS";
exports.FAILED = "FAILED";
exports.send = async (event, context, status, data, physicalResourceId, noEcho) => {
  const body = JSON.stringify({
    Status: status,
    Reason: "See the details in CloudWatch Log Stream: " + context.logStreamName,
    PhysicalResourceId: physicalResourceId || context.logStreamName,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
    NoEcho: noEcho || false,
    Data: data,
  });
  console.log("Response body:\\n", body);
  try {
    const { status: code } = await fetch(event.ResponseURL, { method: "PUT", body });
    console.log("Status code:", code);
  } catch (error) {
    console.log("send(..) failed:", error);
  }
  context.done?.();
};
`;

const pythonModule = `import json
import urllib.request

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(event, context, responseStatus, responseData, physicalResourceId=None, noEcho=False, reason=None):
    body = json.dumps({
        "Status": responseStatus,
        "Reason": reason or "See the details in CloudWatch Log Stream: " + context.log_stream_name,
        "PhysicalResourceId": physicalResourceId or context.log_stream_name,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    })
    print("Response body:", body)
    request = urllib.request.Request(
        event["ResponseURL"], data=body.encode(), method="PUT", headers={"content-type": ""}
    )
    try:
        with urllib.request.urlopen(request) as response:
            print("Status code:", response.status)
    except Exception as error:
        print("send(..) failed:", error)
`;
