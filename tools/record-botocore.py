"""Records what botocore (and so the AWS CLI and boto3) sends, without sending it.

    python3 tools/record-botocore.py > test/fixtures/botocore/requests.json

botocore speaks other protocols than the JavaScript SDK for some services, and frames and signs bodies
its own way. The tests of src/wire read the file; they need no Python.
"""

import base64
import datetime
import io
import json
import sys

import botocore
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.config import Config

UTC = datetime.timezone.utc
WHEN = datetime.datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC)

# Service, operation, parameters; optionally the protocol to speak, S3's addressing style and the scheme
# (bodies are sent in chunks with trailing checksums only where TLS protects them).
CALLS = [
    ("sts", "GetCallerIdentity", {}),
    ("sts", "AssumeRole", {"RoleArn": "arn:aws:iam::123456789012:role/web", "RoleSessionName": "me", "Tags": [{"Key": "a", "Value": "b c+d"}], "PolicyArns": []}),
    ("iam", "CreateRole", {"RoleName": "web", "AssumeRolePolicyDocument": '{"Version":"2012-10-17"}', "Tags": [{"Key": "k", "Value": "ü"}]}),
    ("iam", "ListUsers", {"MaxItems": 5}),
    ("ssm", "GetParametersByPath", {"Path": "/aws/service", "Recursive": True, "ParameterFilters": [{"Key": "Type", "Values": ["String"]}]}),
    ("ec2", "RunInstances", {"ImageId": "ami-1", "MinCount": 1, "MaxCount": 2, "ClientToken": "t", "UserData": "#!/bin/sh\necho hi", "SecurityGroupIds": ["sg-1", "sg-2"], "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web"}]}], "NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": True, "Groups": ["sg-3"]}]}),
    ("ec2", "DescribeInstances", {"Filters": [{"Name": "tag:Name", "Values": ["a", "b"]}], "MaxResults": 5}),
    ("ec2", "CreateTags", {"Resources": ["i-1"], "Tags": [{"Key": "k", "Value": ""}]}),
    ("ec2", "AuthorizeSecurityGroupIngress", {"GroupId": "sg-1", "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}),
    ("elbv2", "CreateListener", {"LoadBalancerArn": "arn:lb", "Protocol": "HTTP", "Port": 80, "DefaultActions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "arn:tg", "Weight": 1}]}}]}),
    ("elbv2", "DescribeLoadBalancers", {"Names": ["web"]}),
    ("autoscaling", "CreateAutoScalingGroup", {"AutoScalingGroupName": "web", "MinSize": 1, "MaxSize": 6, "LaunchTemplate": {"LaunchTemplateName": "web", "Version": "$Latest"}, "AvailabilityZones": ["us-east-1a"], "Tags": [{"Key": "k", "Value": "v", "PropagateAtLaunch": True}]}),
    ("autoscaling", "PutScheduledUpdateGroupAction", {"AutoScalingGroupName": "web", "ScheduledActionName": "peak", "StartTime": WHEN, "DesiredCapacity": 4}),
    ("cloudformation", "CreateStack", {"StackName": "shop", "TemplateBody": "Resources: {}\n", "Parameters": [{"ParameterKey": "P", "ParameterValue": "1"}], "Capabilities": ["CAPABILITY_IAM"]}),
    ("cloudwatch", "PutMetricData", {"Namespace": "shop", "MetricData": [{"MetricName": "orders", "Timestamp": WHEN, "Value": 1.5, "Dimensions": [{"Name": "a", "Value": "b"}]}]}),
    ("cloudwatch", "PutMetricData", {"Namespace": "shop", "MetricData": [{"MetricName": "orders", "Timestamp": WHEN, "Values": [1.0, 2.5], "Counts": [3.0, 4.0]}]}, "query"),
    ("cloudwatch", "GetMetricData", {"StartTime": WHEN, "EndTime": WHEN, "MetricDataQueries": [{"Id": "m", "MetricStat": {"Metric": {"Namespace": "n", "MetricName": "m"}, "Period": 60, "Stat": "Sum"}}]}, "json"),
    ("cloudwatch", "DescribeAlarms", {"AlarmNames": ["a", "b"], "MaxRecords": 3}, "query"),
    ("sns", "Publish", {"TopicArn": "arn:t", "Message": "hi & bye", "MessageAttributes": {"a": {"DataType": "String", "StringValue": "x"}, "b": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}}),
    ("sns", "CreateTopic", {"Name": "t", "Attributes": {"DisplayName": "d"}, "Tags": [{"Key": "k", "Value": "v"}]}),
    ("sqs", "SendMessage", {"QueueUrl": "http://127.0.0.1:4566/123456789012/q", "MessageBody": "hé", "MessageAttributes": {"a": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}}),
    ("sqs", "ReceiveMessage", {"QueueUrl": "http://127.0.0.1:4566/123456789012/q", "AttributeNames": ["All"], "WaitTimeSeconds": 20}),
    ("dynamodb", "PutItem", {"TableName": "t", "Item": {"id": {"S": "a"}, "n": {"N": "1.5"}, "b": {"B": b"\x00\xff"}, "l": {"L": [{"NULL": True}, {"BOOL": False}]}, "s": {"SS": ["x"]}, "bs": {"BS": [b"a"]}}}),
    ("dynamodb", "Query", {"TableName": "t", "KeyConditionExpression": "#k = :v", "ExpressionAttributeNames": {"#k": "k"}, "ExpressionAttributeValues": {":v": {"S": "ü"}}}),
    ("logs", "PutLogEvents", {"logGroupName": "g", "logStreamName": "s", "logEvents": [{"timestamp": 1767614400000, "message": "hi"}]}),
    ("s3", "ListBuckets", {}),
    ("s3", "CreateBucket", {"Bucket": "orders", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}),
    ("s3", "PutObject", {"Bucket": "orders", "Key": "a b/ü+(1)", "Body": b"hello", "ContentType": "text/plain", "Metadata": {"who": "me"}}),
    ("s3", "PutObject", {"Bucket": "orders", "Key": "stream", "Body": io.BytesIO(b"streamed"), "ChecksumAlgorithm": "SHA256"}, None, "virtual", "https"),
    ("s3", "GetObject", {"Bucket": "orders", "Key": "a//b/../c", "Range": "bytes=0-3", "IfModifiedSince": WHEN}),
    ("s3", "GetObject", {"Bucket": "orders", "Key": "a b"}, None, "virtual"),
    ("s3", "HeadObject", {"Bucket": "orders", "Key": "k", "VersionId": "1 2"}),
    ("s3", "ListObjectsV2", {"Bucket": "orders", "Prefix": "a/", "Delimiter": "/", "MaxKeys": 3}),
    ("s3", "DeleteObjects", {"Bucket": "orders", "Delete": {"Objects": [{"Key": "a&b"}, {"Key": " c "}], "Quiet": True}}),
    ("s3", "CreateMultipartUpload", {"Bucket": "orders", "Key": "big"}),
    ("s3", "UploadPart", {"Bucket": "orders", "Key": "big", "PartNumber": 1, "UploadId": "u", "Body": b"part"}),
    ("s3", "CompleteMultipartUpload", {"Bucket": "orders", "Key": "big", "UploadId": "u", "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": '"e"'}]}}),
    ("s3", "CopyObject", {"Bucket": "orders", "Key": "copy", "CopySource": {"Bucket": "from", "Key": "k ü"}}),
    ("s3", "PutBucketAcl", {"Bucket": "orders", "AccessControlPolicy": {"Owner": {"ID": "o"}, "Grants": [{"Grantee": {"Type": "CanonicalUser", "ID": "g"}, "Permission": "READ"}]}}),
    ("s3", "PutBucketLifecycleConfiguration", {"Bucket": "orders", "LifecycleConfiguration": {"Rules": [{"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Date": WHEN}, "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}]}]}}),
    ("s3", "PutObjectTagging", {"Bucket": "orders", "Key": "k", "Tagging": {"TagSet": [{"Key": "a", "Value": "b"}]}}),
]

PRESIGNED = [
    ("s3", "GetObject", {"Bucket": "orders", "Key": "a b/ü"}),
    ("s3", "PutObject", {"Bucket": "orders", "Key": "k", "ContentType": "text/plain"}),
    ("sts", "GetCallerIdentity", {}),
]


class OtherProtocol:
    """A loader of models that makes botocore speak the protocol it is told to."""

    def __init__(self, loader, protocol):
        self._loader = loader
        self._protocol = protocol

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def load_service_model(self, service, type_name, api_version=None):
        model = self._loader.load_service_model(service, type_name, api_version)
        if type_name == "service-2" and self._protocol:
            model = {**model, "metadata": {**model["metadata"], "protocol": self._protocol, "protocols": [self._protocol]}}
        return model


def client_of(service, protocol=None, style="path", scheme="http"):
    session = botocore.session.Session()
    session.register_component("data_loader", OtherProtocol(session.get_component("data_loader"), protocol))
    return session.create_client(
        service,
        region_name="us-east-1",
        endpoint_url=f"{scheme}://localhost:4566",
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        config=Config(s3={"addressing_style": style}, signature_version="s3v4" if service == "s3" else None),
    )


def plain(value):
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, io.BytesIO):
        return plain(value.getvalue())
    if isinstance(value, datetime.datetime):
        return {"$date": value.isoformat().replace("+00:00", "Z")}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def body_of(request):
    body = request.body
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, (bytes, bytearray)):
        return bytes(body)
    if hasattr(body, "seekable") or hasattr(body, "seek"):
        body.seek(0)
    return body.read()


def record(service, operation, params, protocol=None, style="path", scheme="http"):
    client = client_of(service, protocol, style, scheme)
    sent = []

    def keep(request, **_):
        sent.append(request)
        return AWSResponse(request.url, 500, {}, io.BytesIO(b""))

    client.meta.events.register("before-send", keep)
    client.meta.events.register("needs-retry", lambda **_: None)
    kept = plain(params)
    try:
        client._make_api_call(operation, params)
    except Exception:  # The made-up answer is no answer; only the request is wanted.
        pass
    request = sent[0]
    return entry(service, operation, kept, request.method, request.url, dict(request.headers), body_of(request))


def presign(service, operation, params):
    client = client_of(service)
    method_name = next(key for key, value in client.meta.method_to_api_mapping.items() if value == operation)
    url = client.generate_presigned_url(method_name, Params=params, ExpiresIn=600, HttpMethod=None if service == "s3" else "GET")
    method = client.meta.service_model.operation_model(operation).http["method"]
    headers = {"Content-Type": params["ContentType"]} if "ContentType" in params else {}
    return entry(service, operation, plain(params), method if service == "s3" else "GET", url, headers, b"")


def entry(service, operation, params, method, url, headers, body):
    host, _, rest = url.partition("://")[2].partition("/")
    # What differs from one recording machine to the next says nothing.
    own = ("user-agent", "amz-sdk-invocation-id", "amz-sdk-request")
    text = {
        name.lower(): value.decode() if isinstance(value, bytes) else str(value)
        for name, value in headers.items()
        if name.lower() not in own
    }
    return {
        "service": service,
        "operation": operation,
        "params": params,
        "method": method,
        "target": "/" + rest,
        "headers": {"host": host, **text},
        "body": base64.b64encode(body).decode(),
    }


entries = [record(*call) for call in CALLS] + [presign(*call) for call in PRESIGNED]
json.dump({"source": f"botocore {botocore.__version__}", "requests": entries}, sys.stdout, indent=1, ensure_ascii=False)
sys.stdout.write("\n")
