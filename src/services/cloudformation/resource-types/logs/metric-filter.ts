import { defineResourceType, type Properties } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-logs-metricfilter.html */
export const resourceType = defineResourceType({
  type: "AWS::Logs::MetricFilter",
  name: { property: "FilterName", maxLength: 512 },
  async create({ clients, properties, name }) {
    await clients.logs.PutMetricFilter(filterInput(name, properties));
    return name;
  },
  async find({ clients, properties, name }) {
    const { metricFilters = [] } = await clients.logs.DescribeMetricFilters({
      logGroupName: properties["LogGroupName"],
      filterNamePrefix: name,
    });
    return metricFilters.find(({ filterName }) => filterName === name)?.filterName;
  },
  async update({ clients, properties, physicalId }) {
    await clients.logs.PutMetricFilter(filterInput(physicalId, properties));
  },
  async delete({ clients, properties, physicalId }) {
    await clients.logs.DeleteMetricFilter({
      logGroupName: properties["LogGroupName"],
      filterName: physicalId,
    });
  },
});

function filterInput(filterName: string, properties: Properties) {
  const { ApplyOnTransformedLogs: transformed, EmitSystemFieldDimensions: fields } = properties;
  const { FieldSelectionCriteria: criteria } = properties;
  return {
    filterName,
    logGroupName: properties["LogGroupName"],
    filterPattern: properties["FilterPattern"],
    metricTransformations: properties["MetricTransformations"].map(transformation),
    ...(transformed !== undefined && { applyOnTransformedLogs: transformed }),
    ...(fields !== undefined && { emitSystemFieldDimensions: fields }),
    ...(criteria !== undefined && { fieldSelectionCriteria: criteria }),
  };
}

function transformation(own: Properties) {
  const { DefaultValue: defaultValue, Dimensions: dimensions, Unit: unit } = own;
  return {
    metricName: own["MetricName"],
    metricNamespace: own["MetricNamespace"],
    metricValue: own["MetricValue"],
    ...(defaultValue !== undefined && { defaultValue }),
    ...(unit !== undefined && { unit }),
    ...(dimensions && {
      dimensions: Object.fromEntries(dimensions.map(({ Key, Value }: Properties) => [Key, Value])),
    }),
  };
}
