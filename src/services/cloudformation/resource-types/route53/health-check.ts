import type { ResettableElementName } from "@aws-sdk/client-route-53";
import { defineResourceType } from "../resource-type.ts";
import { updateTags } from "./zone-tags.ts";

const resettable: readonly ResettableElementName[] = [
  "ChildHealthChecks",
  "FullyQualifiedDomainName",
  "Regions",
  "ResourcePath",
];

/**
 * What a health check has where its configuration says nothing; an update that leaves them out keeps what was.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
 */
const defaults = { FailureThreshold: 3, Inverted: false };

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
  async update({ clients, physicalId, properties, previous, changed, tags, previousTags }) {
    if (changed.includes("HealthCheckConfig")) {
      const {
        Type: _type,
        RequestInterval: _interval,
        MeasureLatency: _latency,
        ...config
      } = properties["HealthCheckConfig"];
      const before = previous["HealthCheckConfig"] ?? {};
      // What is left out stays as it is unless it is reset.
      const ResetElements = resettable.filter((name) => name in before && !(name in config));
      await clients.route53.UpdateHealthCheck({
        ...Object.fromEntries(Object.entries(defaults).filter(([name]) => name in before)),
        ...config,
        ...(ResetElements.length > 0 && { ResetElements }),
        HealthCheckId: physicalId,
      });
    }
    await updateTags(clients, "healthcheck", physicalId, tags, previousTags);
  },
  async delete({ clients, physicalId }) {
    await clients.route53.DeleteHealthCheck({ HealthCheckId: physicalId });
  },
  attributes: async ({ physicalId }) => ({ HealthCheckId: physicalId }),
});
