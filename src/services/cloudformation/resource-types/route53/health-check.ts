import { defineResourceType } from "../resource-type.ts";
import { updateTags } from "./zone-tags.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-route53-healthcheck.html */
export const resourceType = defineResourceType({
  type: "AWS::Route53::HealthCheck",
  unsupported: { "HealthCheckConfig.RoutingControlArn": "routing controls are not offered" },
  // The same reference and settings give the health check that an interrupted try made.
  async create({ clients, properties, token }) {
    const { HealthCheck } = await clients.route53.CreateHealthCheck({
      CallerReference: token,
      HealthCheckConfig: properties["HealthCheckConfig"],
    });
    return HealthCheck!.Id!;
  },
  configure: ({ clients, physicalId, tags }) =>
    updateTags(clients, "healthcheck", physicalId, tags, {}),
  async update({ clients, physicalId, properties, changed, tags, previousTags }) {
    if (changed.includes("HealthCheckConfig")) {
      const {
        Type: _type,
        RequestInterval: _interval,
        MeasureLatency: _latency,
        ...config
      } = properties["HealthCheckConfig"];
      await clients.route53.UpdateHealthCheck({ ...config, HealthCheckId: physicalId });
    }
    await updateTags(clients, "healthcheck", physicalId, tags, previousTags);
  },
  async delete({ clients, physicalId }) {
    await clients.route53.DeleteHealthCheck({ HealthCheckId: physicalId });
  },
  attributes: async ({ physicalId }) => ({ HealthCheckId: physicalId }),
});
