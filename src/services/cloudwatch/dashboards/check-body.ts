/**
 * What is wrong with a dashboard's body. Errors keep it from being stored, warnings do not.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */

export interface Problem {
  DataPath: string;
  Message: string;
}

export interface Checked {
  errors: Problem[];
  warnings: Problem[];
}

type Json = Record<string, unknown>;

/** "A dashboard can have up to 500 widgets", on a grid 24 columns wide. */
const mostWidgets = 500;
const gridColumns = 24;
const tallest = 1000;

const widgetTypes = ["metric", "text", "log", "alarm", "explorer", "custom"];
const metricViews = ["timeSeries", "singleValue", "gauge", "bar", "pie", "table"];

export function checkBody(body: string): Checked {
  const found: Checked = { errors: [], warnings: [] };
  const refuse = (DataPath: string, Message: string) => found.errors.push({ DataPath, Message });
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (error) {
    const why = (error as Error).message;
    refuse("/", `The field DashboardBody must be a valid JSON object: ${why}`);
    return found;
  }
  if (!isObject(parsed)) {
    refuse("/", "The field DashboardBody must be a valid JSON object");
    return found;
  }
  const { widgets } = parsed;
  if (!Array.isArray(widgets)) {
    refuse("/", widgets === undefined ? "Should have property widgets" : "Should be array");
    return found;
  }
  if (widgets.length > mostWidgets)
    refuse("/widgets", `Should NOT have more than ${mostWidgets} items`);
  for (const [index, widget] of (widgets as unknown[]).entries())
    checkWidget(widget, `/widgets/${index}`, found);
  return found;
}

function checkWidget(widget: unknown, path: string, { errors, warnings }: Checked): void {
  const refuse = (at: string, Message: string) =>
    errors.push({ DataPath: `${path}${at}`, Message });
  if (!isObject(widget)) return void refuse("", "Should be object");
  const { type, properties } = widget;
  if (type === undefined) refuse("", "Should have property type");
  else if (!widgetTypes.includes(type as string))
    refuse("/type", `Should be equal to one of the allowed values: ${widgetTypes.join(", ")}`);
  const ranges: [name: string, least: number, most: number][] = [
    ["x", 0, gridColumns - 1],
    ["y", 0, Number.POSITIVE_INFINITY],
    ["width", 1, gridColumns],
    ["height", 1, tallest],
  ];
  for (const [name, least, most] of ranges) {
    const value = widget[name];
    if (value === undefined) continue;
    if (!Number.isInteger(value)) refuse(`/${name}`, "Should be integer");
    else if ((value as number) < least) refuse(`/${name}`, `Should be >= ${least}`);
    else if ((value as number) > most) refuse(`/${name}`, `Should be <= ${most}`);
  }
  if (!isObject(properties)) return void refuse("", "Should have property properties");
  if (type === "text" && typeof properties["markdown"] !== "string")
    refuse("/properties", "Should have property markdown");
  if (type === "alarm" && !Array.isArray(properties["alarms"]))
    refuse("/properties", "Should have property alarms");
  if (type === "log" && typeof properties["query"] !== "string")
    refuse("/properties", "Should have property query");
  if (type === "custom" && typeof properties["endpoint"] !== "string")
    refuse("/properties", "Should have property endpoint");
  if (type !== "metric") return;
  const { metrics, annotations, region, view } = properties;
  if (metrics === undefined && annotations === undefined)
    refuse("/properties", "Should have property metrics");
  if (metrics !== undefined && !Array.isArray(metrics))
    refuse("/properties/metrics", "Should be array");
  if (region === undefined) refuse("/properties", "Should have property region");
  if (view !== undefined && !metricViews.includes(view as string))
    refuse(
      "/properties/view",
      `Should be equal to one of the allowed values: ${metricViews.join(", ")}`,
    );
  for (const [index, metric] of (Array.isArray(metrics) ? (metrics as unknown[]) : []).entries()) {
    const at = `/properties/metrics/${index}`;
    if (!Array.isArray(metric)) refuse(at, "Should be array");
    else if (metric.length === 0)
      warnings.push({ DataPath: `${path}${at}`, Message: "Should NOT have fewer than 1 items" });
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
