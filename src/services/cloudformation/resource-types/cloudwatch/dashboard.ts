import { defineResourceType } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cloudwatch-dashboard.html */
export const resourceType = defineResourceType({
  type: "AWS::CloudWatch::Dashboard",
  name: { property: "DashboardName", maxLength: 255 },
  async create({ clients, properties, name }) {
    await clients.cloudwatch.PutDashboard({
      DashboardName: name,
      DashboardBody: properties["DashboardBody"],
    });
    return name;
  },
  async update({ clients, properties, physicalId }) {
    await clients.cloudwatch.PutDashboard({
      DashboardName: physicalId,
      DashboardBody: properties["DashboardBody"],
    });
  },
  async delete({ clients, physicalId }) {
    await clients.cloudwatch.DeleteDashboards({ DashboardNames: [physicalId] });
  },
});
