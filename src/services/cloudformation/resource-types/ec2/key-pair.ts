import { AwsError } from "#model/error.ts";
import { pick, tagList } from "../properties.ts";
import {
  defineResourceType,
  type ExistingRequest,
  type ResourceRequest,
} from "../resource-type.ts";
import { tagSpecifications } from "./tagged.ts";

/** A private key that was made here is kept where AWS keeps it: in a parameter named after the pair's id. */
const parameterPrefix = "/ec2/keypair/";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-keypair.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::KeyPair",
  name: { property: "KeyName", maxLength: 255 },
  async create(request) {
    const { clients, properties, name } = request;
    const { PublicKeyMaterial: material } = properties;
    const tags = tagSpecifications(request, "key-pair");
    if (material !== undefined) {
      const PublicKeyMaterial = Buffer.from(material);
      await clients.ec2.ImportKeyPair({ KeyName: name, PublicKeyMaterial, ...tags });
      return name;
    }
    const made = await clients.ec2.CreateKeyPair({
      KeyName: name,
      ...pick(properties, "KeyType", "KeyFormat"),
      ...tags,
    });
    await clients.ssm.PutParameter({
      Name: `${parameterPrefix}${made.KeyPairId}`,
      Type: "SecureString",
      Value: made.KeyMaterial!,
      Tags: tagList(request.tags),
    });
    return name;
  },
  async find(request) {
    const pair = await describe(request, request.name);
    if (!pair) return undefined;
    const ours = pair.Tags?.some(({ Value }) => Value === request.stack.arn);
    if (!ours || request.properties["PublicKeyMaterial"] !== undefined) return request.name;
    const parameter = `${parameterPrefix}${pair.KeyPairId}`;
    const { Parameters = [] } = await request.clients.ssm.GetParameters({ Names: [parameter] });
    if (Parameters.length > 0) return request.name;
    // The private key was lost with the call's answer; only a new pair has one.
    await request.clients.ec2.DeleteKeyPair({ KeyName: request.name });
    return undefined;
  },
  async delete(request) {
    const { clients, physicalId } = request;
    const pair = await describe(request, physicalId);
    if (!pair) return;
    await clients.ec2.DeleteKeyPair({ KeyName: physicalId });
    if (request.properties["PublicKeyMaterial"] === undefined)
      await clients.ssm.DeleteParameters({ Names: [`${parameterPrefix}${pair.KeyPairId}`] });
  },
  async attributes(request: ExistingRequest) {
    const pair = await describe(request, request.physicalId);
    return { KeyPairId: pair?.KeyPairId, KeyFingerprint: pair?.KeyFingerprint };
  },
});

async function describe({ clients }: ResourceRequest, name: string) {
  try {
    const { KeyPairs } = await clients.ec2.DescribeKeyPairs({ KeyNames: [name] });
    return KeyPairs?.[0];
  } catch (error) {
    if (error instanceof AwsError && error.code === "InvalidKeyPair.NotFound") return undefined;
    throw error;
  }
}
