/** ISO 3166-2 codes of the parts of countries that Route 53 tells apart. */

type Parts = readonly (readonly [code: string, name: string])[];

const parse = (text: string): Parts =>
  text.split(",").map((entry) => {
    const [code, name] = entry.split("=") as [string, string];
    return [code.trim(), name];
  });

export const subdivisions: Readonly<Record<string, Parts>> = {
  US: parse(
    "AK=Alaska,AL=Alabama,AR=Arkansas,AZ=Arizona,CA=California,CO=Colorado,CT=Connecticut,DC=District of Columbia,DE=Delaware,FL=Florida,GA=Georgia,HI=Hawaii,IA=Iowa,ID=Idaho,IL=Illinois,IN=Indiana,KS=Kansas,KY=Kentucky,LA=Louisiana,MA=Massachusetts,MD=Maryland,ME=Maine,MI=Michigan,MN=Minnesota,MO=Missouri,MS=Mississippi,MT=Montana,NC=North Carolina,ND=North Dakota,NE=Nebraska,NH=New Hampshire,NJ=New Jersey,NM=New Mexico,NV=Nevada,NY=New York,OH=Ohio,OK=Oklahoma,OR=Oregon,PA=Pennsylvania,RI=Rhode Island,SC=South Carolina,SD=South Dakota,TN=Tennessee,TX=Texas,UT=Utah,VA=Virginia,VT=Vermont,WA=Washington,WI=Wisconsin,WV=West Virginia,WY=Wyoming",
  ),
  UA: parse(
    "05=Vinnytsia Oblast,07=Volyn Oblast,09=Luhansk Oblast,12=Dnipropetrovsk Oblast,14=Donetsk Oblast,18=Zhytomyr Oblast,21=Zakarpattia Oblast,23=Zaporizhzhia Oblast,26=Ivano-Frankivsk Oblast,30=Kyiv,32=Kyiv Oblast,35=Kirovohrad Oblast,40=Sevastopol,43=Crimea,46=Lviv Oblast,48=Mykolaiv Oblast,51=Odesa Oblast,53=Poltava Oblast,56=Rivne Oblast,59=Sumy Oblast,61=Ternopil Oblast,63=Kharkiv Oblast,65=Kherson Oblast,68=Khmelnytskyi Oblast,71=Cherkasy Oblast,74=Chernihiv Oblast,77=Chernivtsi Oblast",
  ),
};
