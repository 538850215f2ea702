import type { Operations } from "#services/kit/service.ts";
import { checkerIpRanges } from "../geo/checkers.ts";
import { findGeoLocation, geoLocations } from "../geo/locations.ts";
import { invalidInput, noSuchGeoLocation } from "../errors.ts";
import { limits } from "../limits.ts";
import { pageSize } from "../paging.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListGeoLocations.html and its neighbours */
export const geoLocationOperations: Operations<"route53", State> = {
  async GetGeoLocation({ ContinentCode, CountryCode, SubdivisionCode }) {
    if ((ContinentCode === undefined) === (CountryCode === undefined))
      throw invalidInput("Exactly one of ContinentCode and CountryCode must be given.");
    const GeoLocationDetails = findGeoLocation({ ContinentCode, CountryCode, SubdivisionCode });
    if (!GeoLocationDetails) throw noSuchGeoLocation();
    return { GeoLocationDetails };
  },
  async ListGeoLocations({ StartContinentCode, StartCountryCode, StartSubdivisionCode, MaxItems }) {
    if (StartContinentCode !== undefined && StartCountryCode !== undefined)
      throw invalidInput("StartContinentCode and StartCountryCode cannot both be given.");
    const size = pageSize(MaxItems, limits.listPage);
    const isStart = StartContinentCode ?? StartCountryCode;
    const start = isStart
      ? geoLocations.findIndex(
          (one) =>
            one.ContinentCode === StartContinentCode &&
            one.CountryCode === StartCountryCode &&
            one.SubdivisionCode === StartSubdivisionCode,
        )
      : 0;
    if (start < 0) throw invalidInput("The start of the list is not a geolocation.");
    const next = geoLocations[start + size];
    return {
      GeoLocationDetailsList: geoLocations.slice(start, start + size),
      IsTruncated: next !== undefined,
      NextContinentCode: next?.ContinentCode,
      NextCountryCode: next?.CountryCode,
      NextSubdivisionCode: next?.SubdivisionCode,
      MaxItems: size,
    };
  },
  async GetCheckerIpRanges() {
    return { CheckerIpRanges: [...checkerIpRanges] };
  },
};
