import { pick, tagList } from "../properties.ts";
import { defineResourceType, type ExistingRequest, type Properties } from "../resource-type.ts";
import { actionsOf } from "./actions.ts";
import { updateTags } from "./tagged.ts";

const members = [
  "AlpnPolicy",
  "Certificates",
  "MutualAuthentication",
  "Port",
  "Protocol",
  "SslPolicy",
];

function input(properties: Properties) {
  return {
    DefaultActions: actionsOf(properties["DefaultActions"]),
    ...pick(properties, ...members),
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-elasticloadbalancingv2-listener.html */
export const resourceType = defineResourceType({
  type: "AWS::ElasticLoadBalancingV2::Listener",
  async create({ clients, properties, tags }) {
    const { Listeners } = await clients.elbv2.CreateListener({
      LoadBalancerArn: properties["LoadBalancerArn"],
      ...input(properties),
      Tags: tagList(tags),
    });
    return Listeners![0]!.ListenerArn!;
  },
  async find({ clients, properties, others }) {
    const { Listeners = [] } = await clients.elbv2.DescribeListeners({
      LoadBalancerArn: properties["LoadBalancerArn"],
    });
    return Listeners.find(
      ({ Port, ListenerArn = "" }) => Port === properties["Port"] && !others.includes(ListenerArn),
    )?.ListenerArn;
  },
  configure: applyAttributes,
  async update(request) {
    const { clients, physicalId: ListenerArn, properties, previous, changed } = request;
    const isDropped = (name: string) =>
      previous[name] !== undefined && properties[name] === undefined;
    await clients.elbv2.ModifyListener({
      ListenerArn,
      ...input(properties),
      // What the template no longer asks for is turned off where the listener would keep it.
      ...(isDropped("AlpnPolicy") && properties["Protocol"] === "TLS" && { AlpnPolicy: ["None"] }),
      ...(isDropped("MutualAuthentication") &&
        properties["Protocol"] === "HTTPS" && { MutualAuthentication: { Mode: "off" } }),
    });
    if (changed.includes("ListenerAttributes")) await applyAttributes(request);
    await updateTags(request);
  },
  async delete({ clients, physicalId }) {
    await clients.elbv2.DeleteListener({ ListenerArn: physicalId });
  },
  attributes: async ({ physicalId }) => ({ ListenerArn: physicalId }),
});

async function applyAttributes({ clients, properties, physicalId }: ExistingRequest) {
  const attributes = properties["ListenerAttributes"] ?? [];
  if (attributes.length > 0)
    await clients.elbv2.ModifyListenerAttributes({
      ListenerArn: physicalId,
      Attributes: attributes,
    });
}
