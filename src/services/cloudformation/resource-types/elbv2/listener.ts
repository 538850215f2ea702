import { pick } from "../properties.ts";
import { defineResourceType, type ExistingRequest, type Properties } from "../resource-type.ts";
import { actionsOf } from "./actions.ts";

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
  async create({ clients, properties }) {
    const { Listeners } = await clients.elbv2.CreateListener({
      LoadBalancerArn: properties["LoadBalancerArn"],
      ...input(properties),
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
    await request.clients.elbv2.ModifyListener({
      ListenerArn: request.physicalId,
      ...input(request.properties),
    });
    if (request.changed.includes("ListenerAttributes")) await applyAttributes(request);
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
