/** Where AWS's regions are, about: by the city or state that AWS names them after. */
export interface Coordinates {
  /** Degrees north. */
  latitude: number;
  /** Degrees east. */
  longitude: number;
}

const at = (latitude: number, longitude: number): Coordinates => ({ latitude, longitude });

/** https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html */
export const regionCoordinates: Readonly<Record<string, Coordinates>> = {
  "af-south-1": at(-33.93, 18.42),
  "ap-east-1": at(22.32, 114.17),
  "ap-east-2": at(25.03, 121.57),
  "ap-northeast-1": at(35.68, 139.69),
  "ap-northeast-2": at(37.57, 126.98),
  "ap-northeast-3": at(34.69, 135.5),
  "ap-south-1": at(19.08, 72.88),
  "ap-south-2": at(17.39, 78.49),
  "ap-southeast-1": at(1.35, 103.82),
  "ap-southeast-2": at(-33.87, 151.21),
  "ap-southeast-3": at(-6.21, 106.85),
  "ap-southeast-4": at(-37.81, 144.96),
  "ap-southeast-5": at(3.14, 101.69),
  "ap-southeast-6": at(-36.85, 174.76),
  "ap-southeast-7": at(13.76, 100.5),
  "ca-central-1": at(45.5, -73.57),
  "ca-west-1": at(51.05, -114.07),
  "cn-north-1": at(39.9, 116.41),
  "cn-northwest-1": at(37.5, 105.19),
  "eu-central-1": at(50.11, 8.68),
  "eu-central-2": at(47.38, 8.54),
  "eu-north-1": at(59.33, 18.07),
  "eu-south-1": at(45.46, 9.19),
  "eu-south-2": at(41.65, -0.89),
  "eu-west-1": at(53.35, -6.26),
  "eu-west-2": at(51.51, -0.13),
  "eu-west-3": at(48.86, 2.35),
  "il-central-1": at(32.09, 34.78),
  "me-central-1": at(24.47, 54.37),
  "me-south-1": at(26.07, 50.55),
  "mx-central-1": at(20.59, -100.39),
  "sa-east-1": at(-23.55, -46.63),
  "us-east-1": at(38.95, -77.45),
  "us-east-2": at(39.96, -83),
  "us-gov-east-1": at(39.96, -83),
  "us-gov-west-1": at(45.84, -119.7),
  "us-west-1": at(37.35, -121.96),
  "us-west-2": at(45.84, -119.7),
};

/** The country of each region, and the state where Route 53 tells a country's parts apart. */
export const regionPlaces: Readonly<Record<string, readonly [string, string?]>> = {
  "af-south-1": ["ZA"],
  "ap-east-1": ["HK"],
  "ap-east-2": ["TW"],
  "ap-northeast-1": ["JP"],
  "ap-northeast-2": ["KR"],
  "ap-northeast-3": ["JP"],
  "ap-south-1": ["IN"],
  "ap-south-2": ["IN"],
  "ap-southeast-1": ["SG"],
  "ap-southeast-2": ["AU"],
  "ap-southeast-3": ["ID"],
  "ap-southeast-4": ["AU"],
  "ap-southeast-5": ["MY"],
  "ap-southeast-6": ["NZ"],
  "ap-southeast-7": ["TH"],
  "ca-central-1": ["CA"],
  "ca-west-1": ["CA"],
  "cn-north-1": ["CN"],
  "cn-northwest-1": ["CN"],
  "eu-central-1": ["DE"],
  "eu-central-2": ["CH"],
  "eu-north-1": ["SE"],
  "eu-south-1": ["IT"],
  "eu-south-2": ["ES"],
  "eu-west-1": ["IE"],
  "eu-west-2": ["GB"],
  "eu-west-3": ["FR"],
  "il-central-1": ["IL"],
  "me-central-1": ["AE"],
  "me-south-1": ["BH"],
  "mx-central-1": ["MX"],
  "sa-east-1": ["BR"],
  "us-east-1": ["US", "VA"],
  "us-east-2": ["US", "OH"],
  "us-gov-east-1": ["US", "OH"],
  "us-gov-west-1": ["US", "OR"],
  "us-west-1": ["US", "CA"],
  "us-west-2": ["US", "OR"],
};

const earthRadiusKm = 6371;

/** Along the great circle, by the haversine formula. */
export function distanceKm(from: Coordinates, to: Coordinates): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const north = radians(to.latitude - from.latitude) / 2;
  const east = radians(to.longitude - from.longitude) / 2;
  const square =
    Math.sin(north) ** 2 +
    Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * Math.sin(east) ** 2;
  return 2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(square)));
}
